//! What answers a request, compared with the objects that are derived.

use serde_json::Value;
use steading_compile::{Answer, Asked, Target, answers, claims, compile};
use steading_model::Object;

use crate::estates::{self, Loaded};

/// Returns host and path of a rule as they are written by `route.rs`.
fn claimed(rule: &str) -> (&str, &str) {
    let text = |after: &str| {
        let rest = rule.split_once(after)?.1;
        rest.split('`').next()
    };
    let host = text("Host(`").unwrap();
    let path = text("Path(`").or_else(|| text("PathPrefix(`"));
    (host, path.unwrap_or("/"))
}

fn references(rule: &Value) -> Vec<String> {
    let middlewares = rule["middlewares"].as_array().into_iter().flatten();
    let name = |reference: &Value| {
        let name = reference["name"].as_str().unwrap();
        match reference["namespace"].as_str() {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        }
    };
    middlewares.map(name).collect()
}

fn asked(loaded: &Loaded, text: &str) -> Vec<Answer> {
    let asked = Asked::parse(text).unwrap();
    answers(loaded.estate(), &loaded.applications, &asked)
}

/// Checks each rule of an object against what is said about a request that it matches.
fn check(loaded: &Loaded, object: &Object, seen: &mut usize) {
    for rule in object.json["spec"]["routes"].as_array().unwrap() {
        let (host, path) = claimed(rule["match"].as_str().unwrap());
        let below = format!("{host}{}/below", path.trim_end_matches('/'));
        let found = asked(loaded, &below);
        let Some(mine) = found.iter().find(|answer| {
            answer.path == path
                && Some(answer.application.as_str()) == object.label("app.kubernetes.io/name")
        }) else {
            panic!("{} does not answer {below}", object.id);
        };
        let names: Vec<&String> = mine.gates.iter().flat_map(|gate| &gate.names).collect();
        assert_eq!(
            names,
            references(rule).iter().collect::<Vec<_>>(),
            "{below}"
        );
        if let Target::Service { name, port, .. } = &mine.target {
            let service = &rule["services"][0];
            assert_eq!(
                (service["name"].as_str(), service["port"].as_u64()),
                (Some(name.as_str()), Some(u64::from(*port))),
                "{below}"
            );
        }
        *seen += 1;
    }
}

#[test]
fn what_is_said_about_a_request_is_what_is_derived() {
    let mut seen = 0;
    for folder in estates::folders() {
        let loaded = estates::read(&folder);
        let (desired, _) = compile(loaded.estate(), &loaded.applications);
        let objects = desired.iter().flat_map(|one| &one.objects);
        for object in objects.filter(|object| object.id.kind.kind == "IngressRoute") {
            check(&loaded, object, &mut seen);
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn the_longest_path_answers_whatever_order_applications_are_in() {
    let folder = estates::cases()
        .into_iter()
        .find(|case| case.ends_with("routes-chain"))
        .unwrap();
    let mut loaded = estates::read(&folder.join("repo"));
    let rows = [
        ("gallery.home.example.org", "/"),
        ("gallery.home.example.org/apix", "/"),
        ("gallery.home.example.org/api", "/api"),
        ("https://gallery.home.example.org/api/?q=1", "/api"),
        ("gallery.home.example.org/api/metrics/x", "/api/metrics"),
        ("gallery.home.example.org/api/../apis", "/"),
    ];
    for _ in 0..2 {
        for (text, path) in rows {
            assert_eq!(asked(&loaded, text)[0].path, path, "{text}");
        }
        loaded.applications.reverse();
    }
    assert!(asked(&loaded, "nobody.example.org").is_empty());
    assert!(asked(&loaded, "gallery.example.org/other").is_empty());
    let all = claims(loaded.estate(), &loaded.applications);
    assert!(
        all.iter()
            .any(|(host, path)| host.as_str() == "gallery.example.org" && path == "/share")
    );
}
