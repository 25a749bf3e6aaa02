//! Pods that share a volume are on one node, because the volume is.
//!
//! All of them carry one label and ask for the node of a pod that carries it: Kubernetes lets the first pod meet that demand itself,
//! so that none waits for another, whichever of them are there. Pods that have ended do not count.

use serde_json::Value;
use steading_model::application::{Component, OneNode};

use crate::labels::LABEL_ONE_NODE;
use crate::scope::{Metadata, Scope};
use crate::{migrate, names, placement};

/// Returns the value of the label of a component's or job's pods; none where they share no volume.
pub(crate) fn group(scope: &Scope<'_>, owner: &Component) -> Option<String> {
    let groups = scope.application.one_node();
    let is_member =
        |group: &&OneNode<'_>| group.members.iter().any(|(one, _)| one.path == owner.path);
    let group = groups.iter().find(is_member)?;
    let migrates = group.members.iter().any(|(one, _)| migrate::is_one_of(one));
    let several = group.members.len() > 1 || migrates;
    several.then(|| names::label_value(&group.volume.replace('/', ".")))
}

/// Puts the label on pods.
pub(crate) fn labelled(metadata: Metadata, group: Option<&String>) -> Metadata {
    match group {
        Some(group) => metadata.label(LABEL_ONE_NODE, group.as_str()),
        None => metadata,
    }
}

/// Returns the demand for the node of the others.
pub(crate) fn together(group: Option<&String>) -> Option<Value> {
    let selector = crate::json::text_map([(LABEL_ONE_NODE, group?.as_str())]);
    Some(placement::pods_of_node(selector))
}
