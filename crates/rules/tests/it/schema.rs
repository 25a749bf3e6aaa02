//! Objects against the schemas: each test corrupts one thing.

use crate::world::{ESTATE, World, render};

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: prod-web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0% } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: ghcr.io/example/web:1
          env: [{ name: LEVEL, value: debug }, { name: MODE, value: a }]
          ports: [{ containerPort: 80, name: http }]
          resources: { requests: { cpu: 0.5, memory: 1Gi } }
";

const APPLICATION: &str = "apiVersion: steading.dev/v1
kind: Application
metadata: { name: web }
spec:
  description: Answers requests
  image: ghcr.io/example/web:1
";

/// Returns what is said about objects under `raw`, by line and column of the object alone.
fn findings(object: &str) -> String {
    let indented: Vec<String> = object.lines().map(|line| format!("      {line}")).collect();
    let raw = indented.join("\n").replacen("      ", "    - ", 1);
    let world = World::new(
        ESTATE,
        &format!("{APPLICATION}  raw:\n{raw}\nenvironments: {{ prod: {{}} }}\n"),
    )
    .with_raw();
    assert_eq!(
        render(world.loading.clone(), &world.declarations.sources),
        ""
    );
    let text = render(world.check(None).report, &world.declarations.sources);
    text.lines()
        .filter(|line| line.contains("ST3") || line.starts_with("  help"))
        .fold(String::new(), |text, line| text + line.trim() + "\n")
}

fn corrupt(from: &str, to: &str) -> String {
    assert!(DEPLOYMENT.contains(from), "{from}");
    findings(&DEPLOYMENT.replacen(from, to, 1))
}

#[test]
fn a_right_object_has_no_finding() {
    assert_eq!(findings(DEPLOYMENT), "");
}

#[test]
fn one_corruption_gives_one_finding_at_its_place() {
    for (from, to, expected) in [
        (
            "replicas: 2",
            "replica: 2",
            "application.yaml:12:9: ST3003 Error: `spec.replica` of Deployment prod-web/web is not a field of this kind\nhelp: did you mean `replicas`?\n",
        ),
        (
            "replicas: 2",
            "replicas: \"2\"",
            "application.yaml:12:9: ST3004 Error: `spec.replicas` of Deployment prod-web/web must be a whole number, not text\n",
        ),
        (
            "- name: web\n",
            "- title: web\n",
            "application.yaml:19:17: ST3003 Error: `spec.template.spec.containers[0].title` of Deployment prod-web/web is not a field of this kind\n\
             help: known fields here: args, command, env, envFrom, image, imagePullPolicy, lifecycle, livenessProbe, name, ports, readinessProbe, \
             resizePolicy, resources, restartPolicy, restartPolicyRules, securityContext, startupProbe, stdin, stdinOnce, terminationMessagePath, \
             terminationMessagePolicy, tty, volumeDevices, volumeMounts, workingDir\n\
             application.yaml:19:17: ST3005 Error: `spec.template.spec.containers[0].name` of Deployment prod-web/web is required\n",
        ),
        (
            "type: RollingUpdate",
            "type: Rolling",
            "application.yaml:14:21: ST3006 Error: `spec.strategy.type` of Deployment prod-web/web cannot be `Rolling`\nhelp: did you mean `RollingUpdate`?\n",
        ),
        (
            "memory: 1Gi",
            "memory: 1GB",
            "application.yaml:23:52: ST3007 Error: `spec.template.spec.containers[0].resources.requests.memory` of Deployment prod-web/web must be a quantity\n",
        ),
        (
            "name: MODE",
            "name: LEVEL",
            "application.yaml:21:54: ST3008 Error: `spec.template.spec.containers[0].env[1]` of Deployment prod-web/web has the same `name` as `spec.template.spec.containers[0].env[0]`\n",
        ),
        (
            "ports: [{ containerPort: 80, name: http }]",
            "ports: [{ containerPort: 80 }, { containerPort: 80, protocol: TCP }]",
            "application.yaml:22:48: ST3008 Error: `spec.template.spec.containers[0].ports[1]` of Deployment prod-web/web has the same `containerPort` and `protocol` as `spec.template.spec.containers[0].ports[0]`\n",
        ),
        (
            "labels: { app: web } }\nspec",
            "labels: { app: web! } }\nspec",
            "application.yaml:10:61: ST3009 Error: `metadata.labels.app` of Deployment prod-web/web must be letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, not `web!`\n",
        ),
        (
            "apiVersion: apps/v1",
            "apiVersion: extensions/v1beta1",
            "application.yaml:9:7: ST3001 Error: Deployment of `extensions/v1beta1` is not known (Kubernetes 1.36): web\nhelp: write `apiVersion: apps/v1`\n",
        ),
        (
            "apiVersion: apps/v1",
            "apiVersion: apps/v1beta2",
            "application.yaml:8:7: ST3002 Error: `apps/v1beta2` does not serve Deployment (Kubernetes 1.36): web\nhelp: write `apps/v1`\n",
        ),
        (
            "kind: Deployment",
            "kind: Deploiment",
            "application.yaml:9:7: ST3001 Error: Deploiment of `apps/v1` is not known (Kubernetes 1.36): web\nhelp: did you mean `Deployment`?\n",
        ),
    ] {
        assert_eq!(corrupt(from, to), expected, "{to}");
    }
}

#[test]
fn scope_names_and_sizes_are_looked_at() {
    let missing = DEPLOYMENT.replace(", namespace: prod-web", "");
    assert!(
        findings(&missing)
            .contains("ST3010 Error: `metadata.namespace` of Deployment web is required")
    );
    let cluster = "apiVersion: v1\nkind: Namespace\nmetadata: { name: prod.web, namespace: x }\n";
    let found = findings(cluster);
    assert!(found.contains("ST3010"), "{found}");
    assert!(found.contains("ST3009 Error: `metadata.name` of Namespace x/prod.web must be lower-case letters, digits and `-`, not `prod.web`"), "{found}");
    let large = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: a, namespace: x }}\ndata: {{ a: {} }}\n",
        "x".repeat(1 << 20)
    );
    assert!(findings(&large).contains("ST3011"), "a large ConfigMap");
}

#[test]
fn values_of_secrets_are_never_repeated() {
    let found = findings(
        "apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: x }\ndata: { password: not-base64! }\n",
    );
    assert!(
        found.contains("ST3007 Error: `data.password` of Secret x/a must be text in base64"),
        "{found}"
    );
    assert!(!found.contains("not-base64!"));
}

#[test]
fn null_is_absent_in_built_in_kinds_and_wrong_in_ours() {
    assert_eq!(corrupt("replicas: 2", "replicas: null"), "");
    assert!(corrupt("image: ghcr.io/example/web:1", "name2: null").contains("ST3003"));
    assert!(
        corrupt(
            "matchLabels: { app: web } }",
            "matchLabels: { app: null } }"
        )
        .is_empty()
    );
    assert!(
        corrupt("selector: { matchLabels: { app: web } }", "selector: null")
            .contains("ST3005 Error: `spec.selector`")
    );
    let found = findings(
        "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: a, namespace: x }\nspec: { routes: [], tls: null }\n",
    );
    assert!(
        found.contains(
            "ST3004 Error: `spec.tls` of IngressRoute x/a must be a mapping, not nothing"
        ),
        "{found}"
    );
}

#[test]
fn what_only_the_cluster_knows_is_a_warning_under_raw() {
    let found =
        findings("apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: a, namespace: x }\n");
    assert!(
        found.contains("ST3001 Warning: Widget of `example.com/v1` is not known"),
        "{found}"
    );
    assert!(found.contains("`steading schemas pull`"), "{found}");
    let found = findings(
        "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: { name: a, namespace: x }\nspec: { newGate: {} }\n",
    );
    assert!(found.contains("ST3003 Warning: `spec.newGate`"), "{found}");
}
