//! Images that an updater in the cluster keeps current: they are its own as long as the declaration says what it said before.

use serde_json::{Map, Value};
use steading_model::GroupKind;
use steading_model::desired::ANNOTATION_DECLARED_IMAGES;

use crate::expected::template;

/// Says whether an updater may change images of an object.
pub(crate) fn is_updated(object: &Value) -> bool {
    annotation(object).is_some()
}

/// Puts the live images into an object where what is declared of them has not changed.
pub(crate) fn keep_images(kind: &GroupKind, object: &mut Value, live: &Value) {
    let (Some(declared), Some(before)) = (images(object), images(live)) else {
        return;
    };
    let Some(pod) = template(kind).map(|place| format!("{place}/spec")) else {
        return;
    };
    let same = |name: &str| declared.get(name).is_some() && declared.get(name) == before.get(name);
    for list in ["containers", "initContainers"] {
        let place = format!("{pod}/{list}");
        let Some(Value::Array(containers)) = object.pointer_mut(&place) else {
            continue;
        };
        for container in containers {
            let name = container["name"].as_str().unwrap_or_default();
            let now = live.pointer(&place).and_then(|live| named(live, name));
            if let Some(image) = now.filter(|_| same(name)).and_then(|now| now.get("image")) {
                container["image"] = image.clone();
            }
        }
    }
}

fn annotation(object: &Value) -> Option<&str> {
    let annotations = object.get("metadata")?.get("annotations")?;
    annotations.get(ANNOTATION_DECLARED_IMAGES)?.as_str()
}

fn images(object: &Value) -> Option<Map<String, Value>> {
    serde_json::from_str(annotation(object)?).ok()
}

fn named<'a>(containers: &'a Value, name: &str) -> Option<&'a Value> {
    let mut containers = containers.as_array()?.iter();
    containers.find(|container| container["name"] == name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workload(declared: &str, web: &str, side: &str) -> Value {
        let images = json!({ "web": declared }).to_string();
        let containers =
            json!([{ "name": "web", "image": web }, { "name": "side", "image": side }]);
        json!({
            "metadata": { "annotations": { ANNOTATION_DECLARED_IMAGES: images } },
            "spec": { "template": { "spec": { "containers": containers } } },
        })
    }

    #[test]
    fn an_image_stays_while_the_declaration_does() {
        let kind = GroupKind::new("apps", "Deployment");
        let live = workload("web:1.0", "web:1.1", "side:2");
        let mut same = workload("web:1.0", "web:1.0", "side:1");
        keep_images(&kind, &mut same, &live);
        assert_eq!(same, workload("web:1.0", "web:1.1", "side:1"));
        let mut newer = workload("web:2.0", "web:2.0", "side:1");
        keep_images(&kind, &mut newer, &live);
        assert_eq!(newer, workload("web:2.0", "web:2.0", "side:1"));
    }

    #[test]
    fn an_object_without_an_updater_is_left_alone() {
        let kind = GroupKind::new("apps", "Deployment");
        let mut plain = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "web", "image": "a" }] } } } });
        let before = plain.clone();
        keep_images(&kind, &mut plain, &workload("web:1.0", "web:1.1", "side:2"));
        assert_eq!(plain, before);
        assert!(!is_updated(&plain));
    }
}
