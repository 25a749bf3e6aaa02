//! Fields as people read them.

use serde_json::Value;

use super::{child, keys};

/// Returns the fields of an object that have no others of these fields in them, each as the path of what it is in, and its name.
#[must_use]
pub fn leaves(object: &Value, fields: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(object, fields, "", &mut found);
    found
}

fn walk(value: &Value, fields: &Value, path: &str, found: &mut Vec<(String, String)>) {
    for (name, below) in fields.as_object().into_iter().flatten() {
        let Some(value) = child(value, name) else {
            continue;
        };
        let shown = shown(name);
        let has_more = below
            .as_object()
            .is_some_and(|below| below.keys().any(|name| name != "."));
        if has_more {
            walk(value, below, &joined(path, &shown), found);
        } else {
            found.push((path.to_owned(), shown));
        }
    }
}

/// Returns a name in managed fields as people read it.
fn shown(name: &str) -> String {
    let plain = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match (name.split_once(':'), keys(name)) {
        (_, Some(keys)) => {
            let values: Vec<String> = keys.values().map(plain).collect();
            format!("[{}]", values.join("/"))
        }
        (Some(("f", field)), _) if field.contains(['.', '/', ' ']) => format!("[{field}]"),
        (Some(("f", field)), _) => field.to_owned(),
        (Some((_, value)), _) => format!("[{}]", value.trim_matches('"')),
        (None, _) => name.to_owned(),
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() || name.starts_with('[') {
        format!("{path}{name}")
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fields::present;

    #[test]
    fn fields_that_are_gone_are_left_out_and_others_read_as_paths() {
        let deployment = &json!({
            "metadata": { "labels": { "app": "web" } },
            "spec": { "replicas": 3, "template": { "spec": { "containers": [{ "name": "web", "image": "w:1" }] } } },
        });
        let fields = json!({
            "f:metadata": {"f:labels": {".": {}, "f:app": {}, "f:gone": {}}, "f:annotations": {"f:a.b/c": {}}},
            "f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {
                r#"k:{"name":"web"}"#: {".": {}, "f:image": {}}, r#"k:{"name":"old"}"#: {".": {}},
            }}}},
        });
        let there = present(deployment, &fields);
        assert_eq!(
            there["f:metadata"],
            json!({"f:labels": {".": {}, "f:app": {}}})
        );
        let paths: Vec<String> = leaves(deployment, &there)
            .iter()
            .map(|(path, name)| joined(path, name))
            .collect();
        assert_eq!(
            paths,
            [
                "metadata.labels.app",
                "spec.replicas",
                "spec.template.spec.containers[web].image"
            ]
        );
        assert_eq!(
            joined("metadata.annotations", &shown("f:a.b/c")),
            "metadata.annotations[a.b/c]"
        );
    }
}
