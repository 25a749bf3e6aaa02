//! Images that an updater in the cluster keeps current.
//!
//! What the declaration says of each such image is written down beside the workload. As long as that is the same, the image in the
//! cluster belongs to the updater, and a release leaves it there; once it changes, the declaration has the word again.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::application::{Component, Update, UpdatePolicy};
use steading_model::desired::ANNOTATION_DECLARED_IMAGES;
use steading_model::estate::{Updater, Updates};
use steading_model::name::DurationText;

use crate::scope::{Metadata, Scope};

/// How often registries are asked, where the estate does not say.
const EVERY: u64 = 3600;

/// Adds to a workload what the updater reads; `owner` is the component or job that it runs.
pub(crate) fn annotated(scope: &Scope<'_>, owner: &Component, metadata: Metadata) -> Metadata {
    let Some(updates) = scope.estate.fields.updates.as_ref() else {
        return metadata;
    };
    if updates.updater != Updater::Keel {
        return metadata;
    }
    let containers = updated(owner);
    let Some(policy) = containers.iter().map(|one| policy(one)).next() else {
        return metadata.annotation("keel.sh/policy", "never");
    };
    keel(
        updates,
        &containers,
        metadata.annotation("keel.sh/policy", policy),
    )
}

/// Returns the containers of a workload whose image an updater changes.
fn updated(owner: &Component) -> Vec<&Component> {
    let beside = owner.beside().map(|(_, container)| container);
    let all = std::iter::once(owner).chain(beside);
    all.filter(|container| {
        let update = container.fields.update.as_ref();
        update.is_some_and(|update| update.effective() != UpdatePolicy::Pin)
    })
    .collect()
}

fn keel(updates: &Updates, containers: &[&Component], metadata: Metadata) -> Metadata {
    let every = updates.every.as_ref().map_or(EVERY, DurationText::seconds);
    let effective = |one: &&Component| one.fields.update.as_ref().map(Update::effective);
    let is = |policy: UpdatePolicy| containers.iter().any(|one| effective(one) == Some(policy));
    let names: Vec<&str> = containers.iter().map(|one| one.name.as_str()).collect();
    let images = containers.iter().filter_map(|one| {
        let image = one.fields.image.as_ref()?;
        Some((one.name.to_string(), Value::from(image.as_str())))
    });
    let images: BTreeMap<String, Value> = images.collect();
    let images = Value::Object(images.into_iter().collect());
    metadata
        .annotation("keel.sh/trigger", "poll")
        .annotation("keel.sh/pollSchedule", format!("@every {every}s"))
        .annotation(
            "keel.sh/monitorContainers",
            format!("^({})$", names.join("|")),
        )
        .annotation_if(
            "keel.sh/matchTag",
            is(UpdatePolicy::Digest).then_some("true"),
        )
        .annotation_if("keel.sh/approvals", is(UpdatePolicy::Notify).then_some("1"))
        .annotation(ANNOTATION_DECLARED_IMAGES, images.to_string())
}

/// Returns what Keel calls a policy.
fn policy(container: &Component) -> String {
    let update = container.fields.update.as_ref();
    let allow = update.and_then(|update| update.allow.as_ref());
    let policy = update.map(Update::effective);
    match (policy, allow) {
        (Some(UpdatePolicy::Digest), _) => "force".to_owned(),
        (Some(_), Some(allow)) => format!("regexp:{allow}"),
        (Some(UpdatePolicy::Patch), None) => "patch".to_owned(),
        (Some(UpdatePolicy::Minor), None) => "minor".to_owned(),
        (Some(UpdatePolicy::Major | UpdatePolicy::Notify), None) => "major".to_owned(),
        (Some(UpdatePolicy::Pin) | None, _) => "never".to_owned(),
    }
}
