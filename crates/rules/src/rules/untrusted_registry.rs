//! Images come from registries that the estate trusts.

use serde_json::Value;
use steading_model::name::ImageRef;

use crate::containers::{all, pod_containers, raw};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Images come from the registries that the estate lists under `images.trusted`, where it lists any.
    ///
    /// ## Why
    /// An image runs with the application's secrets and data. A look-alike name or a registry that nobody chose is one line in a
    /// pull request and looks like any other.
    ///
    /// ## Example
    /// With `images: { trusted: [ghcr.io, docker.io/library] }` in the estate:
    /// ```yaml
    /// image: docker.io/someone/redis:7.4  # found
    /// image: redis:7.4                    # right: that is docker.io/library/redis
    /// ```
    "ST4003" "untrusted-registry" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let images = &subject.estate.fields.images;
    let trusted: Vec<&str> = images
        .trusted
        .iter()
        .chain(&images.registry)
        .map(String::as_str)
        .collect();
    if images.trusted.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut judge = |path: steading_model::FieldPath, image: &ImageRef| {
        if !trusted.iter().any(|place| is_below(image, place)) {
            let message =
                format!("the image comes from a registry that the estate does not trust: {image}");
            let help = format!(
                "use one of {}, or add it to `images.trusted` of the estate",
                trusted.join(", ")
            );
            found.push(Finding::new(subject.span(&path), message).help(help));
        }
    };
    for container in all(subject.application) {
        container
            .image
            .into_iter()
            .for_each(|image| judge(container.path.key("image"), image));
    }
    for (path, object) in raw(subject.application) {
        for (path, container) in pod_containers(object, &path) {
            let text = container.get("image").and_then(Value::as_str);
            text.and_then(|text| ImageRef::parse(text).ok())
                .iter()
                .for_each(|image| judge(path.key("image"), image));
        }
    }
    found
}

/// Says whether an image, its name written out in full, is in a registry or below a path of one.
fn is_below(image: &ImageRef, place: &str) -> bool {
    let registry = image.registry();
    let rest = image
        .name()
        .strip_prefix(registry)
        .map_or(image.name(), |rest| rest.trim_start_matches('/'));
    let library = if registry == "docker.io" && !rest.contains('/') {
        "library/"
    } else {
        ""
    };
    let full = format!("{registry}/{library}{rest}");
    let place = place.trim_end_matches('/');
    full.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
