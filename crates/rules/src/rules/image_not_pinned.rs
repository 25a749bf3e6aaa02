//! Images name a version.

use serde_json::Value;
use steading_model::name::ImageRef;

use crate::containers::{all, pod_containers, raw};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Every image names a version: a tag other than `latest`, or a digest.
    ///
    /// ## Why
    /// Without a version, each node runs whatever it happened to pull last. Two replicas differ, a restart at night is an upgrade,
    /// and a rollback brings back the same name with the same new content.
    ///
    /// ## Example
    /// ```yaml
    /// image: ghcr.io/linkwarden/linkwarden:latest   # found
    /// image: ghcr.io/linkwarden/linkwarden:v2.13.0  # right
    /// ```
    "ST4001" "image-not-pinned" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for container in all(subject.application) {
        let Some(image) = container.image.filter(|image| is_open(image)) else {
            continue;
        };
        found.push(finding(subject.span(&container.path.key("image")), image));
    }
    for (path, object) in raw(subject.application) {
        for (path, container) in pod_containers(object, &path) {
            let text = container.get("image").and_then(Value::as_str);
            let Some(image) = text
                .and_then(|text| ImageRef::parse(text).ok())
                .filter(is_open)
            else {
                continue;
            };
            found.push(finding(subject.span(&path.key("image")), &image));
        }
    }
    found
}

fn is_open(image: &ImageRef) -> bool {
    image.digest().is_none() && image.tag().is_none_or(|tag| tag == "latest")
}

fn finding(span: steading_model::Span, image: &ImageRef) -> Finding {
    let message = match image.tag() {
        Some(tag) => format!("the image names no version, only `{tag}`: {image}"),
        None => format!("the image names no version: {image}"),
    };
    Finding::new(span, message).help(format!(
        "name the version that runs: `{}:<version>`",
        image.name()
    ))
}
