//! What holds for all variables of all containers of all cases: no credentials in the open, and nothing refers to what stands behind it.

use serde_json::Value;
use steading_compile::compile;

use crate::estates;

/// Calls for each object of each case.
fn each_object(mut look: impl FnMut(&str, &Value)) {
    for case in estates::cases() {
        let loaded = estates::read(&case.join("repo"));
        let (desired, _) = compile(loaded.estate(), &loaded.applications);
        for object in desired.iter().flat_map(|one| &one.objects) {
            look(&format!("{}: {}", case.display(), object.id), &object.json);
        }
    }
}

fn each_text(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, look)),
        Value::Object(fields) => fields.values().for_each(|field| each_text(field, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn each_container(value: &Value, look: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each_container(item, look)),
        Value::Object(fields) => {
            if fields.contains_key("env") {
                look(value);
            }
            fields
                .values()
                .for_each(|field| each_container(field, look));
        }
        _ => {}
    }
}

/// Returns the password of a URL, where there is one.
fn password(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (login, _) = authority.rsplit_once('@')?;
    login.split_once(':').map(|(_, password)| password)
}

#[test]
fn no_url_has_a_password_in_it() {
    let mut composed = 0;
    each_object(|place, object| {
        each_text(object, &mut |text| {
            if let Some(password) = password(text) {
                composed += 1;
                let hidden = password.starts_with("$(STEADING_") && password.ends_with(')');
                assert!(hidden, "{place}: {text}");
            }
        });
    });
    assert!(composed > 5, "there are such URLs: {composed}");
}

#[test]
fn variables_refer_to_those_before_them() {
    let mut references = 0;
    each_object(|place, object| {
        each_container(object, &mut |container| {
            let mut known: Vec<&str> = Vec::new();
            for variable in container["env"].as_array().into_iter().flatten() {
                let value = variable["value"].as_str().unwrap_or_default();
                for (at, _) in value.match_indices("$(STEADING_") {
                    if value[..at].ends_with('$') {
                        continue;
                    }
                    references += 1;
                    let name = value[at + 2..].split(')').next().unwrap_or_default();
                    assert!(known.contains(&name), "{place}: `{name}` in {value}");
                }
                known.extend(variable["name"].as_str());
            }
        });
    });
    assert!(references > 5, "there are references: {references}");
}
