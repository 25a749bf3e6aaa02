//! What holds for whatever is compiled.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use steading_compile::compile;
use steading_model::application::Application;
use steading_model::{Desired, Object};

use crate::estates::{self, Loaded};

fn printed(desired: &[Desired]) -> String {
    let text = |one: &Desired| {
        let objects: Vec<String> = one
            .objects
            .iter()
            .map(|object| object.json.to_string())
            .collect();
        format!("{} {:?} {}", one.title(), one.after, objects.join("\n"))
    };
    desired.iter().map(text).collect::<Vec<_>>().join("\n")
}

static ALL: LazyLock<Vec<Loaded>> = LazyLock::new(|| {
    let folders = estates::folders();
    folders.iter().map(|folder| estates::read(folder)).collect()
});

/// Calls a function with every object that the cases and the examples give.
fn each_object(mut check: impl FnMut(&Desired, &Object)) {
    for loaded in ALL.iter() {
        let (desired, _) = compile(loaded.estate(), &loaded.applications);
        for one in &desired {
            one.objects.iter().for_each(|object| check(one, object));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_applications_means_nothing(seeds in proptest::collection::vec(any::<u32>(), 64)) {
        for loaded in ALL.iter() {
            let (expected, report) = compile(loaded.estate(), &loaded.applications);
            let mut shuffled: Vec<(u32, Application)> = seeds.iter().copied().cycle().zip(loaded.applications.clone()).collect();
            shuffled.sort_by_key(|(seed, _)| *seed);
            let shuffled: Vec<Application> = shuffled.into_iter().map(|(_, application)| application).collect();
            let (actual, same) = compile(loaded.estate(), &shuffled);
            prop_assert_eq!(printed(&expected), printed(&actual));
            prop_assert_eq!(report, same);
        }
    }
}

#[test]
fn an_application_alone_gives_what_it_gives_among_others() {
    for loaded in ALL.iter() {
        let (together, _) = compile(loaded.estate(), &loaded.applications);
        for application in &loaded.applications {
            let (alone, _) = compile(loaded.estate(), std::slice::from_ref(application));
            let same = together
                .iter()
                .find(|one| one.title() == alone[0].title())
                .unwrap();
            assert_eq!(printed(&alone), printed(std::slice::from_ref(same)));
        }
    }
}

#[test]
fn objects_are_ordered_and_called_by_their_own_names() {
    for loaded in ALL.iter() {
        for one in compile(loaded.estate(), &loaded.applications).0 {
            let ids: Vec<_> = one.objects.iter().map(|object| object.id.clone()).collect();
            let mut sorted = ids.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(ids, sorted, "{}", one.title());
            for object in &one.objects {
                assert_eq!(
                    Object::from_json(object.json.clone(), object.span)
                        .unwrap()
                        .id,
                    object.id
                );
                assert!(object.span.is_some(), "{} comes from nowhere", object.id);
            }
        }
    }
}

#[test]
fn every_object_says_whose_it_is() {
    each_object(|one, object| {
        let labels = [
            ("app.kubernetes.io/managed-by", "steading".to_owned()),
            ("steading.dev/estate", one.estate.clone()),
            ("steading.dev/application", one.application.to_string()),
            ("steading.dev/environment", one.environment.to_string()),
        ];
        for (label, value) in labels {
            assert_eq!(object.label(label), Some(value.as_str()), "{}", object.id);
        }
    });
}

#[test]
fn names_and_labels_are_valid() {
    each_object(|_, object| {
        let name = &object.id.name;
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        assert!(!name.is_empty() && name.chars().all(valid), "{}", object.id);
        let labels = object.json["metadata"]["labels"].as_object().unwrap();
        for value in labels.values().map(|value| value.as_str().unwrap()) {
            assert!(
                value.len() <= 63 && !value.ends_with(['-', '.', '_']),
                "{}: {value}",
                object.id
            );
        }
    });
}

/// Calls a function with every value in an object, each with the path to it.
fn walk(value: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, value);
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, value)| walk(value, &format!("{path}/{key}"), visit)),
        Value::Array(items) => items
            .iter()
            .for_each(|item| walk(item, &format!("{path}/-"), visit)),
        _ => {}
    }
}

#[test]
fn nothing_is_null_or_empty_unless_empty_means_all() {
    let allowed = ["podSelector", "namespaceSelector", "emptyDir", "tls", "-"];
    each_object(|_, object| {
        if object.json["metadata"]["labels"]["test/raw"] == "true" {
            return;
        }
        walk(&object.json, "", &mut |path, value| {
            let last = path.rsplit('/').next().unwrap_or_default();
            let empty = value.as_object().is_some_and(serde_json::Map::is_empty)
                || value.as_array().is_some_and(Vec::is_empty);
            assert!(!value.is_null(), "{}: {path}", object.id);
            assert!(!empty || allowed.contains(&last), "{}: {path}", object.id);
            assert!(!value.is_f64(), "{}: {path}", object.id);
        });
    });
}

#[test]
fn there_is_never_a_cpu_limit() {
    each_object(|_, object| {
        walk(&object.json, "", &mut |path, _| {
            assert!(!path.ends_with("/limits/cpu"), "{}: {path}", object.id);
        });
    });
}

#[test]
fn selectors_hold_only_what_can_never_change() {
    let stable = BTreeSet::from([
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/component",
    ]);
    each_object(|_, object| {
        let selector = match object.id.kind.kind.as_str() {
            "Deployment" | "StatefulSet" | "DaemonSet" => {
                &object.json["spec"]["selector"]["matchLabels"]
            }
            "Service" => &object.json["spec"]["selector"],
            _ => return,
        };
        for (label, value) in selector.as_object().into_iter().flatten() {
            assert!(stable.contains(label.as_str()), "{}: {label}", object.id);
            let template = &object.json["spec"]["template"]["metadata"]["labels"];
            assert!(
                template.is_null() || template[label] == *value,
                "{}: {label}",
                object.id
            );
        }
    });
}

#[test]
fn no_service_sends_requests_to_a_job() {
    for loaded in ALL.iter() {
        for one in compile(loaded.estate(), &loaded.applications).0 {
            let services = one
                .objects
                .iter()
                .filter(|object| object.id.kind.kind == "Service");
            let selectors: Vec<&Value> = services
                .map(|object| &object.json["spec"]["selector"])
                .filter(|selector| !selector.is_null())
                .collect();
            for object in &one.objects {
                let template = match object.id.kind.kind.as_str() {
                    "Job" => &object.json["spec"]["template"],
                    "CronJob" => &object.json["spec"]["jobTemplate"]["spec"]["template"],
                    _ => continue,
                };
                let labels = &template["metadata"]["labels"];
                let selected = |selector: &&Value| {
                    selector
                        .as_object()
                        .unwrap()
                        .iter()
                        .all(|(key, value)| labels[key] == *value)
                };
                assert!(!selectors.iter().any(selected), "{}", object.id);
            }
        }
    }
}

#[test]
fn every_application_denies_by_default() {
    for loaded in ALL.iter() {
        for one in compile(loaded.estate(), &loaded.applications).0 {
            let deny = one
                .objects
                .iter()
                .find(|object| {
                    object.id.kind.kind == "NetworkPolicy" && object.id.name == "default-deny"
                })
                .unwrap();
            assert_eq!(
                deny.json["spec"].to_string(),
                r#"{"podSelector":{},"policyTypes":["Ingress","Egress"]}"#
            );
        }
    }
}

#[test]
fn the_namespace_admits_every_pod_in_it() {
    for loaded in ALL.iter() {
        for one in compile(loaded.estate(), &loaded.applications).0 {
            let namespace = one
                .objects
                .iter()
                .find(|object| object.id.kind.kind == "Namespace")
                .unwrap();
            let needed = one
                .objects
                .iter()
                .filter_map(|object| steading_compile::privilege(&object.json))
                .max();
            let level = namespace
                .label("pod-security.kubernetes.io/enforce")
                .unwrap();
            assert_eq!(
                needed.map_or("restricted", |needed| needed.as_str()),
                level,
                "{}",
                one.title()
            );
        }
    }
}
