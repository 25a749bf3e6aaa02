//! Tags that move with a branch or channel.

use steading_model::Severity;
use steading_model::name::ImageRef;

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No image follows a branch or channel such as `main`, `stable` or `nightly`.
    ///
    /// ## Why
    /// Such a tag is moved by others. What was tested is not what runs, the change is in no plan, and a rollback to an earlier
    /// release pulls the new content again. In a critical environment it is an error.
    ///
    /// ## Example
    /// ```yaml
    /// image: ghcr.io/home-assistant/home-assistant:stable    # found
    /// image: ghcr.io/home-assistant/home-assistant:2026.10.3 # right
    /// ```
    "ST4002" "floating-tag" Warning => Check::Application(check)
}

const MOVING: [&str; 23] = [
    "main",
    "master",
    "trunk",
    "develop",
    "development",
    "dev",
    "devel",
    "head",
    "edge",
    "nightly",
    "daily",
    "rolling",
    "stable",
    "release",
    "current",
    "canary",
    "next",
    "beta",
    "alpha",
    "testing",
    "unstable",
    "lts",
    "mainline",
];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let severity = if subject.is_critical() {
        Severity::Error
    } else {
        Severity::Warning
    };
    let containers = all(subject.application).into_iter();
    containers
        .filter_map(|container| {
            let image = container.image.filter(|image| moves(image))?;
            let message = format!("the tag of this image moves: {image}");
            let finding = Finding::new(subject.span(&container.path.key("image")), message)
                .severity(severity);
            Some(finding.help("name the version, or add the digest (`@sha256:…`)"))
        })
        .collect()
}

fn moves(image: &ImageRef) -> bool {
    let tag = image.tag().unwrap_or_default().to_lowercase();
    let base = tag.split('-').next().unwrap_or_default();
    image.digest().is_none() && MOVING.contains(&base)
}
