//! Gateway API: a route is ready when every gateway that it asks for accepted it and found where its requests go; a policy, when no
//! gateway refuses it; a set of listeners, when the gateway opened them.
//!
//! These kinds have their conditions per gateway, not at `status.conditions`. A policy stands before its route and hears from a gateway
//! only through it, so one that no gateway speaks of yet is waited for by waiting for the route.

use serde_json::Value;

use super::Health;
use super::conditions::Condition;

/// Reasons that a gateway of the estate does not get over by itself.
const FINAL: [&str; 2] = ["NoMatchingListenerHostname", "NotAllowedByListeners"];

/// The kinds of `gateway.networking.k8s.io`.
pub(super) fn standard(kind: &str, object: &Value) -> Health {
    match kind {
        "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" => route(object),
        "BackendTLSPolicy" => policy(object),
        "ListenerSet" | "Gateway" => listeners(object),
        _ => super::generic::health(object),
    }
}

/// The kinds of an implementation that attaches policies to routes.
pub(super) fn policy(object: &Value) -> Health {
    let mut ancestors = list(&object["status"]["ancestors"]);
    let refused =
        ancestors.find_map(|ancestor| refusal(object, ancestor, &ancestor["ancestorRef"]));
    refused.unwrap_or_else(Health::current)
}

fn route(object: &Value) -> Health {
    let mut parents = list(&object["spec"]["parentRefs"]);
    let troubled = parents.find_map(|parent| of_parent(object, parent));
    troubled.unwrap_or_else(Health::current)
}

/// Says what is in the way at one gateway.
fn of_parent(object: &Value, parent: &Value) -> Option<Health> {
    let mut answers = list(&object["status"]["parents"])
        .filter(|answer| is_same(object, &answer["parentRef"], parent))
        .peekable();
    if answers.peek().is_none() {
        return Some(Health::in_progress(format!(
            "gateway {} has not answered yet",
            name(object, parent)
        )));
    }
    answers.find_map(|answer| {
        refusal(object, answer, parent).or_else(|| {
            let resolved = Condition::find_in(&answer["conditions"], "ResolvedRefs")?;
            let words = "its Services not found";
            resolved
                .is_false()
                .then(|| refused(object, parent, resolved, words))
        })
    })
}

/// Says why a gateway has not accepted something.
fn refusal(object: &Value, answer: &Value, gateway: &Value) -> Option<Health> {
    match Condition::find_in(&answer["conditions"], "Accepted") {
        Some(found) if !found.is_recent(object) => Some(Health::in_progress(
            "the controller has not seen the change yet",
        )),
        Some(found) if found.is_true() => None,
        Some(found) => Some(refused(object, gateway, found, "not accepted")),
        None => Some(Health::in_progress(format!(
            "gateway {} has not answered yet",
            name(object, gateway)
        ))),
    }
}

fn refused(object: &Value, gateway: &Value, condition: Condition<'_>, words: &str) -> Health {
    let reason = condition.reason();
    let more = Some(condition.message()).filter(|message| *message != reason);
    let more = more.map(|more| format!(": {more}")).unwrap_or_default();
    let message = format!(
        "{words} by gateway {}: {reason}{more}",
        name(object, gateway)
    );
    let is_gateway = gateway["kind"]
        .as_str()
        .is_none_or(|kind| kind == "Gateway");
    if is_gateway && condition.is_false() && FINAL.contains(&reason) {
        Health::failed(message)
    } else {
        Health::in_progress(message)
    }
}

fn listeners(object: &Value) -> Health {
    for (condition, words) in [("Accepted", "accepted"), ("Programmed", "open yet")] {
        match Condition::find(object, condition) {
            Some(found) if !found.is_recent(object) => {
                return Health::in_progress("the controller has not seen the change yet");
            }
            Some(found) if found.is_true() => {}
            Some(found) => {
                let (reason, message) = (found.reason(), found.message());
                let more = if message == reason {
                    String::new()
                } else {
                    format!(": {message}")
                };
                return Health::in_progress(format!("not {words}: {reason}{more}"));
            }
            None => return Health::in_progress("no gateway has answered yet"),
        }
    }
    Health::current()
}

/// Says whether a gateway answers for a reference.
fn is_same(object: &Value, answer: &Value, parent: &Value) -> bool {
    let kind = |reference: &Value| reference["kind"].as_str().unwrap_or("Gateway").to_owned();
    kind(answer) == kind(parent)
        && name(object, answer) == name(object, parent)
        && answer["sectionName"] == parent["sectionName"]
        && answer["port"] == parent["port"]
}

fn name(object: &Value, reference: &Value) -> String {
    let own = object["metadata"]["namespace"].as_str();
    let namespace = reference["namespace"].as_str().or(own).unwrap_or_default();
    let name = reference["name"].as_str().unwrap_or_default();
    format!("{namespace}/{name}")
}

fn list(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::blockers::blockers;
    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    fn answer(section: Option<&str>, conditions: &[(&str, &str, &str)]) -> Value {
        let conditions: Vec<Value> = conditions
            .iter()
            .map(|(kind, status, reason)| json!({"type": kind, "status": status, "reason": reason, "message": "", "observedGeneration": 2}))
            .collect();
        let mut reference = json!({"name": "internal", "namespace": "network"});
        if let Some(section) = section {
            reference["sectionName"] = json!(section);
        }
        json!({"controllerName": "example.org/x", "parentRef": reference, "conditions": conditions})
    }

    fn route(parents: &Value) -> Value {
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "shop", "namespace": "prod-shop", "generation": 2},
            "spec": {"parentRefs": [{"name": "internal", "namespace": "network"}]}, "status": {"parents": parents}})
    }

    #[test]
    fn a_route_is_ready_when_its_gateways_accepted_it() {
        let accepted = ("Accepted", "True", "Accepted");
        let resolved = ("ResolvedRefs", "True", "ResolvedRefs");
        let mut stale = answer(None, &[accepted, resolved]);
        stale["conditions"][0]["observedGeneration"] = json!(1);
        for (parents, state, message) in [
            (
                json!([]),
                InProgress,
                "gateway network/internal has not answered yet",
            ),
            (
                json!([answer(Some("other"), &[accepted])]),
                InProgress,
                "gateway network/internal has not answered yet",
            ),
            (
                json!([answer(None, &[])]),
                InProgress,
                "gateway network/internal has not answered yet",
            ),
            (
                json!([stale]),
                InProgress,
                "the controller has not seen the change yet",
            ),
            (json!([answer(None, &[accepted, resolved])]), Current, ""),
            (
                json!([answer(
                    None,
                    &[("Accepted", "False", "NoMatchingListenerHostname")]
                )]),
                Failed,
                "not accepted by gateway network/internal: NoMatchingListenerHostname",
            ),
            (
                json!([answer(None, &[("Accepted", "Unknown", "Pending")])]),
                InProgress,
                "not accepted by gateway network/internal: Pending",
            ),
            (
                json!([answer(
                    None,
                    &[accepted, ("ResolvedRefs", "False", "BackendNotFound")]
                )]),
                InProgress,
                "its Services not found by gateway network/internal: BackendNotFound",
            ),
        ] {
            let found = health(Some(&route(&parents)));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{parents}"
            );
        }
    }

    #[test]
    fn what_blocks_a_route_names_the_gateway() {
        let refused = route(&json!([answer(
            None,
            &[("Accepted", "False", "NotAllowedByListeners")]
        )]));
        let found = blockers(&refused, &[], &[]);
        assert_eq!(
            (found[0].reason.as_str(), found[0].message.as_str()),
            (
                "Failed",
                "not accepted by gateway network/internal: NotAllowedByListeners"
            )
        );
    }

    #[test]
    fn a_policy_is_not_ready_while_a_gateway_refuses_it() {
        let ancestor = |status: &str| json!([{"ancestorRef": {"name": "internal", "namespace": "network"}, "conditions": [{"type": "Accepted", "status": status, "reason": "Invalid", "message": "no such Service"}]}]);
        for (ancestors, state, message) in [
            (json!([]), Current, ""),
            (ancestor("True"), Current, ""),
            (
                ancestor("False"),
                InProgress,
                "not accepted by gateway network/internal: Invalid: no such Service",
            ),
        ] {
            for (group, kind) in [
                ("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy"),
                ("gateway.envoyproxy.io/v1alpha1", "BackendTrafficPolicy"),
                ("gateway.networking.k8s.io/v1", "BackendTLSPolicy"),
            ] {
                let object = json!({"apiVersion": group, "kind": kind, "metadata": {"namespace": "prod-shop"}, "status": {"ancestors": ancestors}});
                let found = health(Some(&object));
                assert_eq!(
                    (found.state, found.message.as_str()),
                    (state, message),
                    "{kind}"
                );
            }
        }
    }

    #[test]
    fn listeners_are_ready_when_they_are_open() {
        let condition = |kind: &str, status: &str| json!({"type": kind, "status": status, "reason": "NotAllowed", "message": "not here"});
        for (conditions, state, message) in [
            (json!([]), InProgress, "no gateway has answered yet"),
            (
                json!([condition("Accepted", "False")]),
                InProgress,
                "not accepted: NotAllowed: not here",
            ),
            (
                json!([
                    condition("Accepted", "True"),
                    condition("Programmed", "False")
                ]),
                InProgress,
                "not open yet: NotAllowed: not here",
            ),
            (
                json!([
                    condition("Accepted", "True"),
                    condition("Programmed", "True")
                ]),
                Current,
                "",
            ),
        ] {
            let object = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "ListenerSet", "status": {"conditions": conditions}});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{conditions}"
            );
        }
    }
}
