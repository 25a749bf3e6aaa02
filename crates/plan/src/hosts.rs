//! The hosts that objects of an application answer for, from what was released of it.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::Desired;

/// Returns the hosts in the routes and certificates of an application.
pub fn hosts(released: &Desired) -> Vec<String> {
    let mut hosts = BTreeSet::new();
    for object in &released.objects {
        let spec = &object.json["spec"];
        for list in [&spec["hostnames"], &spec["dnsNames"]] {
            hosts.extend(texts(list));
        }
        for rule in list(&spec["routes"]).chain(list(&spec["rules"])) {
            hosts.extend(rule["host"].as_str().map(str::to_owned));
            hosts.extend(matched(rule["match"].as_str().unwrap_or_default()));
        }
    }
    hosts.into_iter().collect()
}

/// Returns the hosts of a rule of Traefik: ``Host(`a.example.org`) && PathPrefix(`/b`)``.
fn matched(rule: &str) -> impl Iterator<Item = String> {
    let parts = rule.split("Host(`").skip(1);
    parts.filter_map(|part| Some(part.split_once('`')?.0.to_owned()))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    list(value).filter_map(|text| text.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steading_model::Object;
    use steading_model::name::{AppName, EnvironmentName, NamespaceName};

    use super::*;

    #[test]
    fn routes_of_all_controllers_and_certificates_name_hosts() {
        let objects = [
            json!({"apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "spec": {
                "routes": [{"match": "Host(`a.example.org`) && PathPrefix(`/x`)"}, {"match": "PathPrefix(`/`)"}]}}),
            json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "spec": {
                "hostnames": ["b.example.org"], "rules": [{"matches": []}]}}),
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {"rules": [{"host": "c.example.org"}]}}),
            json!({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "spec": {"dnsNames": ["a.example.org"]}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "d.example.org"}}),
        ];
        let objects = objects.into_iter().map(|mut json| {
            json["metadata"] = json!({"name": "shop", "namespace": "prod-shop"});
            Object::from_json(json, None).unwrap()
        });
        let released = Desired {
            estate: "home".to_owned(),
            application: AppName::parse("shop").unwrap(),
            environment: EnvironmentName::parse("prod").unwrap(),
            namespace: NamespaceName::parse("prod-shop").unwrap(),
            previous_names: Vec::new(),
            after: Vec::new(),
            image: None,
            timeout_seconds: 1,
            objects: objects.collect(),
        };
        assert_eq!(
            hosts(&released),
            ["a.example.org", "b.example.org", "c.example.org"]
        );
    }
}
