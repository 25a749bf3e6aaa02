//! A known-clean application; each test changes one thing in it.

use serde_json::{Value, json};
use steading_model::name::{AppName, EnvironmentName, NamespaceName};
use steading_model::{Desired, GroupKind, Object, ObjectId};
use steading_plan::Options;
use steading_plan::mask::DigestKey;

/// The options of all tests.
pub(crate) fn options() -> Options {
    Options {
        digest_key: DigestKey::new("key"),
        ..Options::default()
    }
}

/// Names an object of the `shop` namespace.
pub(crate) fn id(group: &str, kind: &str, name: &str) -> ObjectId {
    ObjectId {
        kind: GroupKind::new(group, kind),
        namespace: Some("prod-shop".to_owned()),
        name: name.to_owned(),
    }
}

pub(crate) fn deployment() -> ObjectId {
    id("apps", "Deployment", "shop")
}

/// The application `shop`.
pub(crate) fn shop() -> Desired {
    application("shop", "prod-shop", objects("shop", "prod-shop"))
}

/// Another application, with nothing but a configuration.
pub(crate) fn small(name: &str, after: &[&str]) -> Desired {
    let namespace = format!("prod-{name}");
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}});
    let mut desired = application(name, &namespace, vec![map]);
    desired.after = after
        .iter()
        .map(|name| AppName::parse(name).unwrap())
        .collect();
    desired
}

/// Makes a desired application of objects, labelled.
pub(crate) fn application(name: &str, namespace: &str, objects: Vec<Value>) -> Desired {
    let mut objects: Vec<Object> = objects
        .into_iter()
        .map(|mut object| {
            let labels = json!({
                "app.kubernetes.io/managed-by": "steading", "steading.dev/estate": "homestead",
                "steading.dev/application": name, "steading.dev/environment": "prod",
            });
            object["metadata"]["labels"] = labels;
            if !["Namespace", "PersistentVolume"].contains(&object["kind"].as_str().unwrap()) {
                object["metadata"]["namespace"] = json!(namespace);
            }
            Object::from_json(object, None).unwrap()
        })
        .collect();
    objects.sort_by(|one, two| one.id.cmp(&two.id));
    Desired {
        estate: "homestead".to_owned(),
        application: AppName::parse(name).unwrap(),
        environment: EnvironmentName::parse("prod").unwrap(),
        namespace: NamespaceName::parse(namespace).unwrap(),
        previous_names: Vec::new(),
        after: Vec::new(),
        image: Some("ghcr.io/acme/shop:1.2.0".to_owned()),
        timeout_seconds: 180,
        objects,
    }
}

pub(crate) fn objects(name: &str, namespace: &str) -> Vec<Value> {
    let app = json!({"app": name});
    vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "given"}, "stringData": {"TOKEN": "hunter2-token"}}),
        json!({"apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": "made", "annotations": {"steading.dev/generate": "SESSION"}}}),
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data", "annotations": {"steading.dev/data": "sensitive"}},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast",
                "resources": {"requests": {"storage": "1Gi"}}}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {
            "replicas": 2,
            "selector": {"matchLabels": app},
            "template": {
                "metadata": {"labels": app, "annotations": {"steading.dev/secrets": "given,made"}},
                "spec": {
                    "containers": [{
                        "name": "web", "image": "ghcr.io/acme/shop:1.2.0", "args": ["serve"],
                        "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                        "ports": [{"containerPort": 8080, "name": "http"}],
                        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
                        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    }],
                    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
                },
            },
        }}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": app, "ports": [{"port": 80, "targetPort": "http", "name": "http"}]}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": {
            "podSelector": {}, "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"name": "traefik"}}}], "ports": [{"port": 8080}]}],
        }}),
        json!({"apiVersion": "traefik.io/v1alpha1", "kind": "Middleware", "metadata": {"name": "login"},
            "spec": {"forwardAuth": {"address": "http://sso.auth"}}}),
        json!({"apiVersion": "traefik.io/v1alpha1", "kind": "Middleware", "metadata": {"name": "home"},
            "spec": {"ipAllowList": {"sourceRange": ["10.0.0.0/8"]}}}),
        json!({"apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "metadata": {"name": name}, "spec": {
            "entryPoints": ["websecure"],
            "routes": [{"match": "Host(`shop.example.org`)", "kind": "Rule",
                "middlewares": [{"name": "home"}, {"name": "login"}], "services": [{"name": name, "port": 80}]}],
        }}),
    ]
}

/// Returns the JSON of one object.
pub(crate) fn object<'d>(desired: &'d mut Desired, id: &ObjectId) -> &'d mut Value {
    let object = desired.objects.iter_mut().find(|object| object.id == *id);
    &mut object.unwrap().json
}
