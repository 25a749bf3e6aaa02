//! No Secret with values under `raw`.

use serde_json::Value;

use crate::containers::{pod_containers, raw};
use crate::credential::{is_credential, is_secret_name};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No object under `raw` holds a secret value: no Secret with data, no variable of a container with a password.
    ///
    /// ## Why
    /// base64 is not encryption: the value is in Git, in every clone and in every backup of it, for ever.
    ///
    /// ## Example
    /// ```yaml
    /// raw:
    ///   - { apiVersion: v1, kind: Secret, metadata: { name: db }, stringData: { password: hunter2 } } # found
    /// secrets: { env: [DB_PASSWORD] }                                                                # right
    /// ```
    "ST4045" "raw-secret" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, object) in raw(subject.application) {
        if object.get("kind").and_then(Value::as_str) == Some("Secret") {
            let filled = ["data", "stringData"]
                .into_iter()
                .find(|key| is_filled(object, key));
            found.extend(filled.map(|key| {
                finding(
                    subject.key_span(&path.key(key)),
                    "the values of a Secret are",
                )
            }));
        }
        for (path, container) in pod_containers(object, &path) {
            let env = container
                .get("env")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .enumerate();
            let secret = env.filter(|(_, variable)| is_secret(variable));
            found.extend(secret.map(|(at, _)| {
                finding(
                    subject.span(&path.key("env").index(at).key("value")),
                    "the value of a variable is",
                )
            }));
        }
    }
    found
}

fn is_filled(object: &Value, key: &str) -> bool {
    object
        .get(key)
        .and_then(Value::as_object)
        .is_some_and(|entries| !entries.is_empty())
}

fn is_secret(variable: &Value) -> bool {
    let text = |key: &str| {
        variable
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let value = text("value");
    !value.is_empty() && (is_secret_name(text("name")) || is_credential(value))
}

fn finding(span: steading_model::Span, what: &str) -> Finding {
    Finding::new(span, format!("{what} in plain text"))
        .help("put the value into the secret backend and name its key under `secrets`")
}
