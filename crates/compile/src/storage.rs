//! What the meaning of data becomes: a claim, a place on the node or the file server, and how it is mounted.

use steading_model::FieldPath;
use steading_model::application::{Component, DataMeaning, Kind, Volume, VolumeOwner, VolumeRef};
use steading_model::estate::StorageClassFields;

use crate::claim;
use crate::codes::{NO_SERVER, NO_STORAGE_CLASS, NO_VOLUME};
use crate::json::Fields;
use crate::scope::{Output, Scope};
use crate::security;

/// A volume as a container sees it.
#[derive(Clone)]
pub(crate) struct Mounted {
    /// Its name in the pod.
    pub(crate) name: String,
    /// What the pod says about it; none where each replica has a claim of its own.
    pub(crate) source: Option<Fields>,
    /// The mount, without the name.
    pub(crate) mount: Fields,
    /// Where it is mounted.
    pub(crate) place: String,
    /// Who its files are given to before the start.
    pub(crate) owner: Option<(i64, i64)>,
    /// Whether only one pod may write.
    pub(crate) is_single_writer: bool,
    /// What of the node it shows, with the reason.
    pub(crate) of_node: Option<String>,
}

/// Where the data of a volume is.
pub(crate) enum Place<'a> {
    /// In a claim that someone else owns, or another component.
    Claim(String),
    /// On the node, at a place that exists.
    Node(&'a str),
    /// In a claim of ours that the class serves.
    Served(&'a StorageClassFields),
    /// In a claim of ours for a volume of ours on a node.
    OnNode(&'a StorageClassFields, String),
    /// In a claim of ours for a volume of ours on the file server.
    OnServer(&'a StorageClassFields, String, String),
}

/// Whether a volume belongs to all pods of its component or to each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// One for all.
    Component,
    /// One for each replica.
    Replica,
}

/// Returns the volumes of a component.
pub(crate) fn mounted(
    scope: &Scope<'_>,
    component: &Component,
    output: &mut Output,
) -> Vec<Mounted> {
    let volumes = component.volumes();
    volumes
        .into_iter()
        .filter_map(|(name, path, volume)| {
            let place = place(scope, component, (&name, &path), volume, output)?;
            Some(mount(scope, component, &name, volume, &place))
        })
        .collect()
}

/// Returns the meaning of a volume's data.
pub(crate) fn meaning(volume: &Volume) -> DataMeaning {
    volume.data.unwrap_or(DataMeaning::Plain)
}

/// Says whether a volume belongs to each replica.
pub(crate) fn ownership(component: &Component, volume: &Volume, place: &Place<'_>) -> Ownership {
    let stateful = component.fields.kind == Some(Kind::Stateful);
    let own = matches!(place, Place::Served(_) | Place::OnNode(..));
    if stateful && own && meaning(volume) != DataMeaning::Shared {
        Ownership::Replica
    } else {
        Ownership::Component
    }
}

/// Returns where the data of a volume is.
pub(crate) fn place<'a>(
    scope: &Scope<'a>,
    component: &Component,
    (name, path): (&str, &FieldPath),
    volume: &'a Volume,
    output: &mut Output,
) -> Option<Place<'a>> {
    if let Some(claim) = &volume.existing_claim {
        return Some(Place::Claim(claim.to_string()));
    }
    if let Some(reference) = &volume.volume {
        return borrowed(scope, reference, &path.key("volume"), output);
    }
    if let (DataMeaning::Host, Some(place)) = (meaning(volume), &volume.path) {
        return Some(Place::Node(place.as_str()));
    }
    let Some(class) = class(scope, meaning(volume)) else {
        let meaning = meaning(volume);
        let message = format!("the estate has no storage class for `{meaning}` data");
        let help =
            format!("add `storage: {{ classes: {{ {meaning}: {{ class: … }} }} }}` to the estate");
        output.error(scope, NO_STORAGE_CLASS, path, message, help);
        return None;
    };
    if volume.path.is_some() && class.server.is_none() {
        let message =
            format!("`{path}.path` is a place on a file server, and the estate names none");
        let help = "add `server` to `storage.classes.shared` of the estate, or write `size` instead of `path`";
        output.error(scope, NO_SERVER, &path.key("path"), message, help);
        return None;
    }
    Some(hand_made(scope, component, name, volume, class).unwrap_or(Place::Served(class)))
}

/// Returns where the data of another's volume is; a replica's own cannot be seen by others.
fn borrowed<'a>(
    scope: &Scope<'a>,
    reference: &VolumeRef,
    path: &FieldPath,
    output: &mut Output,
) -> Option<Place<'a>> {
    let (owner, name, meant) = scope.application.volume(reference)?;
    let place = place(
        scope,
        owner,
        (&name, &owner.volume_path(&name)),
        meant,
        output,
    )?;
    if ownership(owner, meant, &place) == Ownership::Replica {
        let message = format!("each replica of `{}` has its own `{name}`", owner.name);
        let help = "name a volume that all pods of a component share, or declare one here";
        output.error(scope, NO_VOLUME, path, message, help);
        return None;
    }
    match place {
        Place::Claim(_) | Place::Node(_) => Some(place),
        _ => Some(Place::Claim(scope.part_name(owner, &name))),
    }
}

/// Returns the place where Steading makes the volume itself.
fn hand_made<'a>(
    scope: &Scope<'a>,
    component: &Component,
    name: &str,
    volume: &Volume,
    class: &'a StorageClassFields,
) -> Option<Place<'a>> {
    if let (DataMeaning::Shared, Some(server)) = (meaning(volume), &class.server) {
        let folder = match (&volume.path, &class.path) {
            (Some(path), _) => path.to_string(),
            (None, Some(root)) => format!(
                "{root}/{}-{}",
                scope.part_name(component, name),
                scope.environment()
            ),
            (None, None) => return None,
        };
        return Some(Place::OnServer(class, server.to_string(), folder));
    }
    (class.host_path == Some(true))
        .then(|| Place::OnNode(class, claim::host_data(scope, component, name)))
}

/// Returns the class for a meaning. Data that can be made again may lie where plain data lies; nothing else ever gets less than was
/// asked for.
fn class<'a>(scope: &Scope<'a>, meaning: DataMeaning) -> Option<&'a StorageClassFields> {
    let class = scope.estate.storage_class(meaning);
    match meaning {
        DataMeaning::Cache => class.or_else(|| scope.estate.storage_class(DataMeaning::Plain)),
        _ => class,
    }
}

fn mount(
    scope: &Scope<'_>,
    component: &Component,
    name: &str,
    volume: &Volume,
    place: &Place<'_>,
) -> Mounted {
    let read_only = volume.read_only == Some(true);
    let source = match place {
        Place::Node(path) => {
            Some(Fields::new().with("hostPath", Fields::new().with("path", *path)))
        }
        Place::Claim(claim) => Some(claim_source(claim)),
        _ if ownership(component, volume, place) == Ownership::Replica => None,
        _ => Some(claim_source(&scope.part_name(component, name))),
    };
    let mount = Fields::new()
        .with("mountPath", volume.mount_path.as_str())
        .with(
            "subPath",
            volume
                .sub_path
                .as_ref()
                .map(steading_model::name::RelativePath::as_str),
        )
        .with("readOnly", read_only.then_some(true));
    Mounted {
        name: name.to_owned(),
        source,
        mount,
        place: volume.mount_path.to_string(),
        owner: owner(component, volume, place).filter(|_| !read_only),
        is_single_writer: !read_only
            && meaning(scope.application.declared(volume)) != DataMeaning::Shared,
        of_node: of_node(scope.application.declared(volume), place),
    }
}

fn of_node(volume: &Volume, place: &Place<'_>) -> Option<String> {
    let Place::Node(path) = place else {
        return None;
    };
    let why = volume.why.as_ref().map_or("", |why| why.as_str());
    Some(format!("sees `{path}` of the node: {why}"))
}

fn claim_source(claim: &str) -> Fields {
    let claim = Fields::new().with("claimName", claim);
    Fields::new().with("persistentVolumeClaim", claim)
}

/// Only on the node itself must files be given to their owner: elsewhere Kubernetes does it by `fsGroup`, unless an owner is named.
fn owner(component: &Component, volume: &Volume, place: &Place<'_>) -> Option<(i64, i64)> {
    match &volume.owner {
        Some(VolumeOwner::Ids(owner)) => Some(owner.ids()),
        None if matches!(place, Place::OnNode(..)) => {
            let identity = security::identity(component.fields.security.as_ref());
            identity.user.zip(identity.group)
        }
        Some(VolumeOwner::Untouched) | None => None,
    }
}
