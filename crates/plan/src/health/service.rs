//! A Service is ready once it has its outside address, where it asks for one; its endpoints are looked at apart.

use serde_json::Value;

use super::Health;

pub(super) fn health(object: &Value) -> Health {
    let is_balanced = object["spec"]["type"] == "LoadBalancer";
    let has_address = object["status"]["loadBalancer"]["ingress"]
        .as_array()
        .is_some_and(|addresses| !addresses.is_empty());
    if is_balanced && !has_address {
        return Health::in_progress("it waits for an outside address");
    }
    Health::current()
}

/// Returns whether somebody answers behind a Service, given its `EndpointSlice`s.
///
/// One without a selector, or of type `ExternalName`, has endpoints of somebody else's making.
pub fn endpoints(service: &Value, slices: &[Value]) -> Health {
    let has_selector = service["spec"]["selector"]
        .as_object()
        .is_some_and(|selector| !selector.is_empty());
    if !has_selector || service["spec"]["type"] == "ExternalName" {
        return Health::current();
    }
    let endpoints = slices
        .iter()
        .flat_map(|slice| slice["endpoints"].as_array().into_iter().flatten());
    // An endpoint that says nothing counts as ready, as the API defines it.
    let ready = endpoints
        .filter(|endpoint| endpoint["conditions"]["ready"] != false)
        .count();
    if ready == 0 {
        return Health::in_progress("no ready pod answers behind it");
    }
    Health::current()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::health::State::{Current, InProgress};

    #[test]
    fn it_is_ready_once_it_has_its_address() {
        for (spec, status, state) in [
            (json!({}), json!({}), Current),
            (
                json!({"type": "LoadBalancer"}),
                json!({"loadBalancer": {}}),
                InProgress,
            ),
            (
                json!({"type": "LoadBalancer"}),
                json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}),
                Current,
            ),
        ] {
            let object =
                json!({"apiVersion": "v1", "kind": "Service", "spec": spec, "status": status});
            assert_eq!(crate::health::health(Some(&object)).state, state, "{spec}");
        }
    }

    #[test]
    fn its_endpoints_are_there_when_one_is_ready() {
        let selecting = json!({"spec": {"selector": {"app": "web"}}});
        for (service, slices, state) in [
            (&selecting, vec![], InProgress),
            (&selecting, vec![json!({"endpoints": null})], InProgress),
            (
                &selecting,
                vec![json!({"endpoints": [{"conditions": {"ready": false}}]})],
                InProgress,
            ),
            (
                &selecting,
                vec![
                    json!({"endpoints": []}),
                    json!({"endpoints": [{"conditions": {"ready": true}}]}),
                ],
                Current,
            ),
            (&selecting, vec![json!({"endpoints": [{}]})], Current),
            (&json!({"spec": {}}), vec![], Current),
        ] {
            assert_eq!(endpoints(service, &slices).state, state, "{slices:?}");
        }
    }
}
