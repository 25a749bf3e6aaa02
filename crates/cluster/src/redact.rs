//! Secret values never reach a message: what was sent in a Secret is taken out of what the server says of it.

use serde_json::Value;

/// What stands for a secret value.
const HIDDEN: &str = "•••";

/// Returns every value of a Secret, as sent and decoded, the longest first; nothing for other kinds.
pub(crate) fn secrets(object: &Value) -> Vec<String> {
    if object.get("kind").and_then(Value::as_str) != Some("Secret") {
        return Vec::new();
    }
    let values = |field: &str| {
        object
            .get(field)
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|map| map.values())
    };
    let texts = values("data")
        .chain(values("stringData"))
        .filter_map(Value::as_str);
    let mut secrets = texts
        .flat_map(forms)
        .filter(|secret| !secret.is_empty())
        .collect::<Vec<_>>();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

/// A value as it is written and, where it is base64 of a text, that text with each of its lines.
fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![text.to_owned()];
    if let Some(decoded) = decode(text) {
        forms.extend(decoded.lines().map(str::to_owned));
        forms.push(decoded);
    }
    forms
}

fn decode(text: &str) -> Option<String> {
    let bytes: k8s_openapi::ByteString = serde_json::from_value(Value::from(text)).ok()?;
    String::from_utf8(bytes.0).ok()
}

/// Replaces every occurrence of the secrets, which are ordered from long to short.
pub(crate) fn hide(text: &str, secrets: &[String]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| {
        text.replace(secret.as_str(), HIDDEN)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_secrets_have_secrets() {
        assert!(secrets(&json!({"kind": "ConfigMap", "data": {"a": "b"}})).is_empty());
    }

    #[test]
    fn longer_values_go_before_those_that_they_contain() {
        let found =
            secrets(&json!({"kind": "Secret", "stringData": {"a": "pass", "b": "password"}}));
        assert_eq!(hide("password and pass", &found), "••• and •••");
    }

    #[test]
    fn decoded_lines_are_hidden_too() {
        let found = secrets(&json!({"kind": "Secret", "data": {"a": "b25lCnR3bw=="}}));
        assert_eq!(hide("got one", &found), "got •••");
    }
}
