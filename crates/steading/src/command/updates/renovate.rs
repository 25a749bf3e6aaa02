//! What Renovate reads: where images are written in declarations, and how far it may change each.
//!
//! Nothing is changed unless a declaration says so; the last rule that fits an image wins, as Renovate merges them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use steading_model::name::ImageRef;

use super::Updatable;

/// The files with declarations, as Renovate matches them.
const FILES: &str = "/(^|/)(applications/[^/]+/application|\\.deploy/manifest)\\.yaml$/";
/// An image in a declaration, its parts named as Renovate wants them.
const IMAGE: &str = "image:\\s*[\"']?(?<depName>[\\w.\\-/]+(?::\\d+/[\\w.\\-/]+)?):(?<currentValue>[\\w][\\w.\\-]*)(?:@(?<currentDigest>sha256:[a-f0-9]+))?";

/// Returns the configuration.
pub(super) fn config(images: &BTreeSet<Updatable>) -> Value {
    let nothing = json!({
        "description": "nothing changes unless its declaration says how far",
        "matchManagers": ["custom.regex"],
        "enabled": false,
    });
    let mut rules = vec![nothing];
    for ((file, name), images) in &by_package(images) {
        let several = images
            .iter()
            .copied()
            .map(policy_of)
            .collect::<BTreeSet<_>>()
            .len()
            > 1;
        for image in images
            .iter()
            .filter(|image| image.policy != "pin" || image.hold.is_some())
        {
            rules.extend(rules_of(file, name, image, several));
        }
    }
    json!({
        "$schema": "https://docs.renovatebot.com/renovate-schema.json",
        "customManagers": [{
            "customType": "regex",
            "managerFilePatterns": [FILES],
            "matchStrings": [IMAGE],
            "datasourceTemplate": "docker",
        }],
        "packageRules": rules,
    })
}

/// One place: a file, and the image without its tag.
type Package = (String, String);

fn by_package(images: &BTreeSet<Updatable>) -> BTreeMap<Package, Vec<&Updatable>> {
    let mut packages: BTreeMap<Package, Vec<&Updatable>> = BTreeMap::new();
    for image in images {
        let Ok(reference) = ImageRef::parse(&image.image) else {
            continue;
        };
        let package = (image.file.clone(), reference.name().to_owned());
        let known = packages.entry(package).or_default();
        let same =
            |one: &&Updatable| policy_of(one) == policy_of(image) && one.image == image.image;
        if !known.iter().any(same) {
            known.push(image);
        }
    }
    packages
}

fn policy_of(image: &Updatable) -> (&str, Option<&str>, Option<&str>) {
    (image.policy, image.allow.as_deref(), image.hold.as_deref())
}

fn rules_of(file: &str, name: &str, image: &Updatable, several: bool) -> Vec<Value> {
    let mut place = json!({ "matchFileNames": [file], "matchPackageNames": [name] });
    let tag = ImageRef::parse(&image.image).ok();
    let tag = tag.as_ref().and_then(ImageRef::tag);
    if let Some(tag) = tag.filter(|_| several) {
        place["matchCurrentValue"] = tag.into();
    }
    if let Some(why) = &image.hold {
        return vec![with(
            &place,
            &json!({ "enabled": false, "description": why }),
        )];
    }
    let mut rule = json!({ "enabled": true, "description": format!("{}: {}", image.application, image.policy) });
    if let Some(allow) = &image.allow {
        rule["allowedVersions"] = format!("/{allow}/").into();
    }
    let beyond: &[&str] = match image.policy {
        "patch" => &["minor", "major"],
        "minor" => &["major"],
        "digest" => {
            rule["pinDigests"] = true.into();
            &["patch", "minor", "major"]
        }
        "notify" => {
            rule["dependencyDashboardApproval"] = true.into();
            &[]
        }
        _ => &[],
    };
    let mut rules = vec![with(&place, &rule)];
    if !beyond.is_empty() {
        rules.push(with(
            &place,
            &json!({ "matchUpdateTypes": beyond, "enabled": false }),
        ));
    }
    rules
}

fn with(place: &Value, rule: &Value) -> Value {
    let mut merged = place.clone();
    if let (Some(merged), Some(rule)) = (merged.as_object_mut(), rule.as_object()) {
        merged.extend(rule.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    merged
}
