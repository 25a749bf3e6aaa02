//! What an application's own CI does, with exactly the rights that `steading rbac` prints.

use serde_json::{Value, json};

use super::ground::{Ground, ground};
use super::place::Place;
use super::run::Ran;

const IMAGE: &str = "ghcr.io/example/shop:1.0";
/// Something of each kind that an application's namespace may hold.
const MORE: &str = "\
secrets: { generate: [SESSION_KEY] }
files: { /etc/shop/shop.conf: \"colour = red\\n\" }
storage: { mountPath: /data, size: 1Gi, data: plain, backup: { none: a test } }
jobs: { report: { schedule: '0 3 * * *', command: [report] } }
ingress: [{ host: shop, visibility: public, auth: { public: a test }, tlsSecret: shop-tls }]";

/// An operator's estate and a pipeline's folder.
struct Pipeline {
    operator: Place,
    ci: Place,
}

impl Pipeline {
    /// The operator applies once, and hands the pipeline a token with the printed rights.
    fn new(environment: &str, more: &str) -> Self {
        let operator = Place::new(environment);
        operator.app("shop", IMAGE, more);
        operator.run("apply --yes").code(0);
        let printed = operator.run("rbac shop --output json").code(0).json();
        ground().apply(printed["items"].as_array().expect("it is a list"));
        let mut ci = Place::new(environment);
        ci.actor("ci:run/7");
        ci.home.write(
            "shop/manifest.yaml",
            ci.declaration("shop", "ghcr.io/example/shop:0.0", more),
        );
        ci.kubeconfig(&with_token(ground(), &operator.namespace("shop")));
        Self { operator, ci }
    }

    fn deploy(&self, image: &str, more: &str) -> Ran {
        self.ci
            .run(&format!("deploy shop/manifest.yaml --image {image} {more}"))
    }
}

/// Returns a kubeconfig with a token of the account that is printed.
pub(super) fn with_token(ground: &Ground, namespace: &str) -> String {
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/steading-deploy/token");
    let request = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": { "expirationSeconds": 3600 } });
    let answer = ground.send("POST", &path, &request);
    let token = answer["status"]["token"]
        .as_str()
        .expect("a token is given");
    let own = ground.lab().kubeconfig().expect("the lab has a kubeconfig");
    let users = own.find("users:").expect("it has users");
    let name = ground.context();
    let rest = own[users..]
        .lines()
        .skip(1)
        .find(|line| !line.starts_with([' ', '-']))
        .map_or("", |line| &own[own.find(line).unwrap_or(own.len())..]);
    format!(
        "{}users: [{{ name: {name}, user: {{ token: {token} }} }}]\n{rest}",
        &own[..users]
    )
}

#[test]
fn ci_deploys_with_the_printed_rights_and_no_more() {
    let pipeline = Pipeline::new("pipeline", MORE);
    let deployed = pipeline
        .deploy("ghcr.io/example/shop:1.1", "--wait 30s")
        .code(0);
    deployed
        .out("\"ghcr.io/example/shop:1.0\" → \"ghcr.io/example/shop:1.1\"")
        .out("pipeline/shop: release 2 is complete")
        .lacks("cannot be read");
    let history = pipeline.operator.run("history shop").code(0);
    history.out("ci:run/7").out("ghcr.io/example/shop:1.1");
    pipeline
        .deploy("ghcr.io/example/shop:1.1", "")
        .code(0)
        .out("nothing to do");
    let token_reads = ["/api/v1/namespaces/kube-system/secrets", "/api/v1/nodes"];
    for path in token_reads {
        let review = json!({ "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
            "user": "system:serviceaccount:pipeline-shop:steading-deploy",
            "resourceAttributes": { "verb": "list", "resource": path.rsplit('/').next(), "namespace": if path.contains("kube-system") { "kube-system" } else { "" } },
        } });
        let answer = ground().send(
            "POST",
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            &review,
        );
        assert_eq!(answer["status"]["allowed"], Value::Bool(false), "{path}");
    }
}

#[test]
fn a_deployment_that_breaks_is_put_back_by_ci_itself() {
    let pipeline = Pipeline::new("breaking", MORE);
    let broken = pipeline
        .deploy("ghcr.io/example/shop:1.1-lab-crash", "--wait 8s")
        .code(1);
    broken
        .out("release 2 failed, and everything was put back")
        .out("Deployment breaking-shop/shop")
        .out("CrashLoopBackOff");
    pipeline.operator.run("status").code(0).out(IMAGE);
    let again = pipeline
        .deploy("ghcr.io/example/shop:1.1-lab-crash", "")
        .code(1);
    again.out("this version was taken back before");
    pipeline
        .deploy("ghcr.io/example/shop:1.2", "--wait 30s")
        .code(0);
}

#[test]
fn what_is_outside_the_namespace_is_the_operator_s() {
    let pipeline = Pipeline::new("outside", "");
    let more = "raw:\n  - { apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: outside-shop }, value: 5 }";
    pipeline.ci.home.write(
        "shop/manifest.yaml",
        pipeline.ci.declaration("shop", IMAGE, more),
    );
    let deployed = pipeline.deploy("ghcr.io/example/shop:1.1", "").code(0);
    deployed
        .out("PriorityClass outside-shop: is not in the namespace")
        .out("steading apply shop --env outside");
    assert!(
        ground()
            .get("/apis/scheduling.k8s.io/v1/priorityclasses/outside-shop")
            .is_none()
    );
}

#[test]
fn ci_of_another_application_gets_no_further() {
    let pipeline = Pipeline::new("fence", "");
    pipeline
        .operator
        .app("bank", "ghcr.io/example/bank:1.0", "");
    pipeline.operator.run("apply --yes").code(0);
    pipeline.ci.home.write(
        "bank/manifest.yaml",
        pipeline
            .ci
            .declaration("bank", "ghcr.io/example/bank:1.0", ""),
    );
    let refused = pipeline
        .ci
        .run("deploy bank/manifest.yaml --image ghcr.io/example/bank:6.6")
        .code(4);
    refused
        .out("cannot list resource \"deployments\"")
        .out("steading rbac bank --env fence")
        .out("nothing is done: 1 application is held back");
    pipeline.operator.run("history bank").code(0).lacks("6.6");
}

#[test]
fn a_manifest_of_the_older_format_is_deployed_with_a_warning() {
    let operator = Place::new("older");
    let manifest = "\
apiVersion: example.org/v1
kind: Application
metadata: { name: notes }
spec:
  port: 8080
  resources: { cpu: 50m, memory: 64Mi }
environments:
  older: { tag: v1.2.3 }
";
    operator.home.write("notes/manifest.yaml", manifest);
    let none = operator
        .run("deploy notes/manifest.yaml --image ghcr.io/example/notes:v1.2.4")
        .code(1);
    none.out("Namespace older-notes")
        .out("steading apply notes --env older");
    operator
        .home
        .write("applications/notes/application.yaml", manifest);
    operator
        .run("apply --yes")
        .code(1)
        .err("`notes` has no image")
        .err("--image");
    operator
        .run("rbac notes --image ghcr.io/example/notes:v1.2.3")
        .code(0)
        .out("namespace: older-notes");
    operator
        .run("apply notes --yes --image ghcr.io/example/notes:v1.2.3")
        .code(0);
    let deployed = operator
        .run("deploy notes/manifest.yaml --image ghcr.io/example/notes:v1.2.5")
        .code(0);
    deployed
        .err("older format")
        .err("steading import manifest")
        .out("older/notes: release 2 is complete");
}

#[test]
fn what_ci_gets_wrong_is_said_before_anything_is_asked() {
    let place = Place::new("typo");
    place
        .home
        .write("m.yaml", place.declaration("shop", IMAGE, "colour: red"));
    place
        .run("deploy m.yaml --image ghcr.io/example/shop:1.1")
        .code(1)
        .err("colour")
        .err("m.yaml:")
        .lacks("cluster `");
    place
        .home
        .write("m.yaml", place.declaration("shop", IMAGE, ""));
    place.run("deploy m.yaml").code(2).err("--image");
    place
        .run("deploy m.yaml --image UPPER:bad:tag")
        .code(1)
        .err("UPPER:bad:tag")
        .lacks("cluster `");
    place
        .run("deploy m.yaml --image ghcr.io/example/shop:1.1 --wait soon")
        .code(2)
        .err("soon");
    place
        .run("deploy nowhere.yaml --image ghcr.io/example/shop:1.1")
        .code(1)
        .err("cannot read `nowhere.yaml`");
    place
        .run_plain("deploy m.yaml --image ghcr.io/example/shop:1.1 --env tpyo")
        .code(2)
        .err("`typo`");
}
