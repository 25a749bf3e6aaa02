//! Rules as people write them, each with an object that it takes and one that it refuses.

use serde_json::{Value, json};

/// A rule, and what it should say.
pub(super) struct Row {
    pub(super) expression: &'static str,
    /// What `check` says.
    pub(super) said: &'static str,
    kind: Kind,
    /// What is between the two objects: a part of the specification.
    good: &'static str,
    bad: &'static str,
}

/// The kind of a row's objects.
#[derive(Clone, Copy)]
enum Kind {
    /// A part of the pod's specification in a Deployment.
    Pod,
    /// A part of a Deployment's `spec`.
    Deployment,
    /// The image of a Deployment.
    Image,
    /// The labels of a Service.
    Labels,
    /// The annotations of a `ConfigMap`.
    Annotations,
    /// The data of a `ConfigMap`.
    Data,
    /// The host of an Ingress.
    Host,
    /// The block of addresses that a `NetworkPolicy` lets out to.
    Block,
}

const fn row(
    kind: Kind,
    expression: &'static str,
    said: &'static str,
    good: &'static str,
    bad: &'static str,
) -> Row {
    Row {
        expression,
        said,
        kind,
        good,
        bad,
    }
}

pub(super) static ROWS: &[Row] = &[
    row(
        Kind::Image,
        "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))",
        "the tag says nothing",
        "ghcr.io/example/shop:1.0",
        "ghcr.io/example/shop:latest",
    ),
    row(
        Kind::Labels,
        "'team' in object.metadata.labels && object.metadata.labels['team'].matches('^[a-z]+$')",
        "whose is it",
        "{ \"team\": \"books\" }",
        "{ \"team\": \"Books\" }",
    ),
    row(
        Kind::Labels,
        "'team' in object.metadata.labels",
        "no team",
        "{ \"team\": \"books\" }",
        "{}",
    ),
    row(
        Kind::Pod,
        "object.spec.template.spec.containers.all(c, quantity(c.resources.limits.memory).isLessThan(quantity('1Gi')))",
        "too much memory",
        "{ \"resources\": { \"limits\": { \"memory\": \"1000Mi\" } } }",
        "{ \"resources\": { \"limits\": { \"memory\": \"1.5Gi\" } } }",
    ),
    row(
        Kind::Pod,
        "object.spec.template.spec.containers.all(c, quantity(c.resources.limits.memory).sub(quantity(c.resources.requests.memory)).compareTo(quantity('1Gi')) <= 0)",
        "may have much more than it asks for",
        "{ \"resources\": { \"requests\": { \"memory\": \"0.5Gi\" }, \"limits\": { \"memory\": \"1536Mi\" } } }",
        "{ \"resources\": { \"requests\": { \"memory\": \"250M\" }, \"limits\": { \"memory\": \"2G\" } } }",
    ),
    row(
        Kind::Host,
        "object.spec.rules.all(r, r.host == 'example.org' || r.host.endsWith('.example.org'))",
        "a host of somebody else",
        "shop.example.org",
        "shop.example.com",
    ),
    row(
        Kind::Deployment,
        "object.spec.replicas <= 3",
        "too many replicas",
        "{ \"replicas\": 3 }",
        "{ \"replicas\": 4 }",
    ),
    row(
        Kind::Pod,
        "!has(object.spec.template.spec.volumes) || object.spec.template.spec.volumes.all(v, !has(v.hostPath))",
        "a place on the node",
        "{}",
        "{ \"volumes\": [{ \"name\": \"a\", \"emptyDir\": {} }, { \"name\": \"b\", \"hostPath\": { \"path\": \"/srv\" } }] }",
    ),
    row(
        Kind::Image,
        "object.spec.template.spec.containers.all(c, c.image.matches('^ghcr[.]io/example/[a-z-]+:'))",
        "an image of somebody else",
        "ghcr.io/example/shop:1.0",
        "docker.io/example/shop:1.0",
    ),
    row(
        Kind::Image,
        "object.spec.template.spec.containers.exists(c, semver(c.image.split(':')[1]).isGreaterThan(semver('1.9.0')))",
        "an old version",
        "ghcr.io/example/shop:1.10.0",
        "ghcr.io/example/shop:1.8.9",
    ),
    row(
        Kind::Pod,
        "object.spec.template.spec.?securityContext.?runAsNonRoot.orValue(false) == true",
        "runs as root",
        "{ \"securityContext\": { \"runAsNonRoot\": true } }",
        "{ \"securityContext\": { \"runAsNonRoot\": false } }",
    ),
    row(
        Kind::Block,
        "object.spec.egress.all(e, e.to.all(t, !has(t.ipBlock) || cidr('10.0.0.0/8').containsCIDR(t.ipBlock.cidr)))",
        "leaves the house",
        "10.1.0.0/16",
        "192.0.2.0/24",
    ),
    row(
        Kind::Data,
        "object.data.all(key, key.endsWith('.conf') && !object.data[key].contains('password'))",
        "a password in plain text",
        "{ \"a.conf\": \"colour = red\" }",
        "{ \"a.conf\": \"password = red\" }",
    ),
    row(
        Kind::Annotations,
        "object.metadata.annotations['title'].size() <= 5",
        "a long title",
        "{ \"title\": \"Büche\" }",
        "{ \"title\": \"Bücher\" }",
    ),
    row(
        Kind::Annotations,
        "object.metadata.annotations.exists(key, int(object.metadata.annotations[key]) > 3)",
        "no large number",
        "{ \"a\": \"none\", \"b\": \"4\" }",
        "{ \"a\": \"1\", \"b\": \"3\" }",
    ),
    row(
        Kind::Deployment,
        "has(object.spec.strategy) && object.spec.strategy.type in ['Recreate'] ? object.spec.replicas == 1 : true",
        "two at once",
        "{ \"strategy\": { \"type\": \"Recreate\" }, \"replicas\": 1 }",
        "{ \"strategy\": { \"type\": \"Recreate\" }, \"replicas\": 2 }",
    ),
    row(
        Kind::Deployment,
        "object.spec.replicas * 2 < 7.5 && object.spec.replicas != 2.0 && environment == 'rows' && estate.startsWith('ho')",
        "not half of seven",
        "{ \"replicas\": 3 }",
        "{ \"replicas\": 2 }",
    ),
    row(
        Kind::Pod,
        "sets.contains(['shop', 'proxy'], object.spec.template.spec.containers.map(c, c.name)) && object.spec.template.spec.containers.filter(c, has(c.tty)).size() == 0",
        "a container too many",
        "{}",
        "{ \"tty\": true }",
    ),
    // What cannot be evaluated is refused.
    row(
        Kind::Pod,
        "object.spec.template.spec.nodeName != 'barn'",
        "cannot be evaluated, there is no `nodeName`",
        "{ \"nodeName\": \"byre\" }",
        "{}",
    ),
    row(
        Kind::Labels,
        "int(object.metadata.labels['number']) / int(object.metadata.labels['by']) == 2",
        "cannot be evaluated, a division by zero",
        "{ \"number\": \"4\", \"by\": \"2\" }",
        "{ \"number\": \"4\", \"by\": \"0\" }",
    ),
];

impl Row {
    /// Returns the rule; it is about the objects of its own application.
    pub(super) fn rule(&self, at: usize, environment: &str) -> String {
        let kind = match self.kind {
            Kind::Pod | Kind::Deployment | Kind::Image => "apps/v1/Deployment",
            Kind::Labels => "v1/Service",
            Kind::Annotations | Kind::Data => "v1/ConfigMap",
            Kind::Host => "networking.k8s.io/v1/Ingress",
            Kind::Block => "networking.k8s.io/v1/NetworkPolicy",
        };
        let Self {
            expression, said, ..
        } = self;
        format!(
            "apiVersion: steading.dev/v1\nkind: Rule\nmetadata: {{ name: row-{at} }}\nspec:\n  why: a row of the table\n  \
             match:\n    objects:\n      kinds: [{kind}]\n      environments: [{environment}]\n      \
             labels: {{ steading.dev/application: row-{at}, probe: \"yes\" }}\n  \
             validations:\n    - expression: >-\n        {expression}\n      message: \"{said}\"\n"
        )
    }

    /// Returns what the API server says.
    pub(super) fn there(&self) -> &'static str {
        match self.said.strip_prefix("cannot be evaluated, ") {
            Some("a division by zero") => "division by zero",
            Some(_) => "no such key",
            None => self.said,
        }
    }

    pub(super) fn good(&self) -> Value {
        self.object(self.good)
    }

    pub(super) fn bad(&self) -> Value {
        self.object(self.bad)
    }

    fn object(&self, part: &str) -> Value {
        let value = || serde_json::from_str(part).expect("a row holds JSON");
        let mut object = match self.kind {
            Kind::Image => deployment(part, &json!({})),
            Kind::Pod => deployment("ghcr.io/example/shop:1.0", &value()),
            Kind::Deployment => {
                let mut object = deployment("ghcr.io/example/shop:1.0", &json!({}));
                merge(&mut object["spec"], value());
                object
            }
            Kind::Labels => json!({
                "apiVersion": "v1", "kind": "Service", "metadata": { "labels": value() },
                "spec": { "ports": [{ "port": 80 }] },
            }),
            Kind::Annotations => {
                json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "annotations": value() } })
            }
            Kind::Data => {
                json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": {}, "data": value() })
            }
            Kind::Host => json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {},
                "spec": { "rules": [{ "host": part }] },
            }),
            Kind::Block => json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {},
                "spec": { "podSelector": {}, "policyTypes": ["Egress"], "egress": [{ "to": [{ "ipBlock": { "cidr": part } }] }] },
            }),
        };
        object["metadata"]["name"] = "probe".into();
        object["metadata"]["labels"]["probe"] = "yes".into();
        object
    }
}

/// Returns a Deployment; the parts that belong to a container go there, the others to the pod.
pub(super) fn deployment(image: &str, part: &Value) -> Value {
    let mut container = json!({ "name": "shop", "image": image });
    let mut pod = json!({});
    let part = part.as_object().expect("a part is a mapping");
    for (key, value) in part {
        match key.as_str() {
            "resources" | "tty" => container[key] = value.clone(),
            _ => pod[key] = value.clone(),
        }
    }
    pod["containers"] = json!([container]);
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {},
        "spec": {
            "selector": { "matchLabels": { "app": "probe" } },
            "template": { "metadata": { "labels": { "app": "probe" } }, "spec": pod },
        },
    })
}

fn merge(into: &mut Value, from: Value) {
    if let Value::Object(entries) = from {
        for (key, value) in entries {
            into[key] = value;
        }
    }
}
