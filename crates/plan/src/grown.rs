//! Claims that grew: what a resizer asked for stays, and what a template asks for cannot change.
//!
//! A claim that may grow by itself belongs to the resizer from its declared size up to the largest: putting the declared size back would
//! be refused, as no claim shrinks. The claims of a `StatefulSet`'s replicas are objects of their own, so that the size in its template
//! matters to none of them and is left as it is, instead of making the `StatefulSet` again.

use serde_json::Value;
use steading_model::GroupKind;
use steading_model::desired::ANNOTATION_MAX_SIZE;
use steading_model::quantity::Quantity;

const REQUEST: &str = "/spec/resources/requests/storage";
const TEMPLATES: &str = "/spec/volumeClaimTemplates";

/// Says whether an object may have grown since it was declared.
pub(crate) fn may_grow(kind: &GroupKind) -> bool {
    kind.is("", "PersistentVolumeClaim") || kind.is("apps", "StatefulSet")
}

/// Leaves sizes as they are in the cluster where they belong to a resizer, or cannot change.
pub(crate) fn keep_sizes(kind: &GroupKind, desired: &mut Value, live: &Value) {
    if kind.is("", "PersistentVolumeClaim") && is_grown(desired, live) {
        keep(desired, live);
    } else if kind.is("apps", "StatefulSet") {
        let live = live.pointer(TEMPLATES).and_then(Value::as_array);
        let desired = desired.pointer_mut(TEMPLATES).and_then(Value::as_array_mut);
        for template in desired.into_iter().flatten() {
            let name = template["metadata"]["name"].clone();
            let mut live = live.into_iter().flatten();
            if let Some(live) = live.find(|live| live["metadata"]["name"] == name) {
                keep(template, live);
            }
        }
    }
}

/// Says whether a claim grew by itself: it has more than is declared, and not more than it may have.
fn is_grown(desired: &Value, live: &Value) -> bool {
    let size = |claim: &Value| Quantity::parse(claim.pointer(REQUEST)?.as_str()?).ok();
    let most = desired["metadata"]["annotations"][ANNOTATION_MAX_SIZE].as_str();
    let most = most.and_then(|most| Quantity::parse(most).ok());
    match (size(desired), size(live), most) {
        (Some(declared), Some(is), Some(most)) => is > declared && is <= most,
        _ => false,
    }
}

fn keep(desired: &mut Value, live: &Value) {
    if let (Some(request), Some(is)) = (desired.pointer_mut(REQUEST), live.pointer(REQUEST)) {
        request.clone_from(is);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claim(size: &str, most: Option<&str>) -> Value {
        json!({
            "metadata": { "name": "data", "annotations": most.map(|most| json!({ ANNOTATION_MAX_SIZE: most })) },
            "spec": { "resources": { "requests": { "storage": size } } },
        })
    }

    #[test]
    fn a_size_stays_while_it_belongs_to_the_resizer() {
        let kind = GroupKind::new("", "PersistentVolumeClaim");
        for (declared, most, live, expected) in [
            ("2Gi", Some("10Gi"), "4Gi", "4Gi"),
            ("2Gi", Some("10Gi"), "10Gi", "10Gi"),
            ("2Gi", Some("10Gi"), "11Gi", "2Gi"),
            ("2Gi", None, "4Gi", "2Gi"),
            ("8Gi", Some("10Gi"), "4Gi", "8Gi"),
            ("2Gi", Some("10Gi"), "2048Mi", "2Gi"),
        ] {
            let mut desired = claim(declared, most);
            keep_sizes(&kind, &mut desired, &claim(live, None));
            assert_eq!(
                desired.pointer(REQUEST),
                Some(&json!(expected)),
                "{declared} {most:?} {live}"
            );
        }
    }

    #[test]
    fn the_sizes_in_a_template_stay() {
        let kind = GroupKind::new("apps", "StatefulSet");
        let set = |size: &str| json!({ "spec": { "volumeClaimTemplates": [claim(size, None)] } });
        let mut desired = set("8Gi");
        keep_sizes(&kind, &mut desired, &set("2Gi"));
        assert_eq!(desired, set("2Gi"));
    }
}
