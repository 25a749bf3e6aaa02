//! Data on a node's disk stays with that node.

use steading_model::application::{Component, DataMeaning, Kind, Volume};
use steading_model::name::MountPath;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Data that is on a node's own disk is tied to that node, where there are several.
    ///
    /// ## Why
    /// A place on a node exists on every node, and is empty on all but one. When the scheduler moves the pod, the application starts
    /// on an empty folder, and reports success.
    ///
    /// ## Example
    /// ```yaml
    /// storage: { mountPath: /data, data: host, path: /srv/media, why: films } # found
    /// placement: { nodes: { kubernetes.io/hostname: barn } }                  # right, beside it
    /// ```
    /// What lies below `/dev`, `/sys`, `/proc` and `/run` is the node's own and no data, and what is `readOnly` cannot be lost.
    ///
    /// For classes with `hostPath: true`, the estate's `storage.classes.<meaning>.node` says it once for all. A component of kind
    /// `daemon` is on every node, and means each one's own.
    "ST4024" "data-on-any-node" Warning => Check::Application(check)
}

const SYSTEM: [&str; 5] = ["/dev", "/sys", "/proc", "/run", "/var/run"];
const HOST_NAME: &str = "kubernetes.io/hostname";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let nodes = subject
        .estate
        .fields
        .lab
        .as_ref()
        .map_or(1, |lab| lab.nodes.len());
    let free = subject
        .application
        .components
        .iter()
        .filter(|component| nodes > 1 && !is_placed(component));
    let volumes = free.flat_map(|component| component.volumes());
    volumes
        .filter(|(_, _, volume)| {
            let meaning = volume.data.unwrap_or(DataMeaning::Plain);
            let class = subject.estate.storage_class(meaning);
            let on_node = meaning == DataMeaning::Host || class.is_some_and(|class| class.host_path == Some(true));
            on_node && !is_of_the_system(volume) && volume.existing_claim.is_none() && volume.volume.is_none() && class.is_none_or(|class| class.node.is_none())
        })
        .map(|(name, path, _)| {
            let message = format!("volume `{name}` is on the disk of a node, and nothing ties the pod to that node");
            let finding = Finding::new(subject.key_span(&path), message);
            finding.help("add `placement: { nodes: { kubernetes.io/hostname: … } }`, or `node` to the storage class in the estate")
        })
        .collect()
}

/// Says whether a volume holds nothing that an application could lose.
fn is_of_the_system(volume: &Volume) -> bool {
    let path = volume.path.as_ref().map(MountPath::as_str);
    let below = |root: &&str| {
        path.is_some_and(|path| path == *root || path.starts_with(&format!("{root}/")))
    };
    volume.read_only == Some(true) || SYSTEM.iter().any(below)
}

fn is_placed(component: &Component) -> bool {
    let placement = component.fields.placement.as_ref();
    let is_everywhere = component.fields.kind == Some(Kind::Daemon);
    is_everywhere || placement.is_some_and(|placement| placement.nodes.contains_key(HOST_NAME))
}
