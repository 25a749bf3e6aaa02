//! One program has one version.

use std::collections::BTreeMap;

use steading_model::FieldPath;
use steading_model::name::ImageRef;

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Containers of one program have the same version.
    ///
    /// ## Why
    /// A web front and its worker share a database schema and a queue. With two versions they read each other's messages wrongly, now and then, and
    /// only one of the two shows an error. It happens when a version is raised in one place and forgotten in the other: `like` has one place.
    ///
    /// ## Example
    /// ```yaml
    /// components:
    ///   web: { image: ghcr.io/example/shop:1.5.0 }
    ///   worker: { image: ghcr.io/example/shop:1.4.0 }   # found
    ///   worker: { like: web }                           # right
    /// ```
    "ST4174" "mixed-versions" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut first: BTreeMap<&str, (&ImageRef, FieldPath)> = BTreeMap::new();
    let mut found = Vec::new();
    for container in all(subject.application) {
        let Some(image) = container.image else {
            continue;
        };
        let path = container.path.key("image");
        match first.get(image.name()) {
            Some((other, place)) if *other != image => {
                let message = format!(
                    "the {} runs `{image}`, another runs `{other}`",
                    container.title
                );
                let finding = Finding::new(subject.span(&path), message);
                let finding = finding.label(subject.span(place), "the other version");
                found.push(finding.help("write the image once, and `like` in the other"));
            }
            Some(_) => {}
            None => drop(first.insert(image.name(), (image, path))),
        }
    }
    found
}
