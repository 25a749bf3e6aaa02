//! Volumes and what else is mounted.

use std::collections::BTreeMap;

use super::Check;
use super::codes::{NO_REASON, ONE_NODE, SAME_MOUNT, SEVERAL_WRITERS, VOLUME, VOLUME_OF_BESIDE};
use crate::application::{Component, DataMeaning, Kind, OneNode, Volume};
use crate::diagnostic::Diagnostic;
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    for (_, container) in application.containers() {
        for (_, path, volume) in container.volumes() {
            complete(check, &path, volume);
        }
        mounts(check, container);
    }
    for component in &application.components {
        for (_, path, volume) in component.volumes() {
            writers(check, component, &path, volume);
        }
    }
    for owner in application.owners() {
        for (_, beside) in owner.beside() {
            own_of_beside(check, owner, beside);
        }
    }
    for group in application.one_node() {
        one_node(check, &group);
    }
}

fn complete(check: &mut Check<'_>, path: &FieldPath, volume: &Volume) {
    let elsewhere = [
        ("existingClaim", volume.existing_claim.is_some()),
        ("volume", volume.volume.is_some()),
        ("path", volume.path.is_some()),
    ];
    let named: Vec<&str> = elsewhere
        .iter()
        .filter(|(_, is)| *is)
        .map(|(name, _)| *name)
        .collect();
    match named.as_slice() {
        [] if volume.size.is_none() => {
            check.error_at_key(
                VOLUME,
                path,
                format!("`{path}.size` is required when `{path}` is set"),
                "add `size`, such as `size: 2Gi`",
            );
        }
        [first, second, ..] => {
            check.error_at_key(
                VOLUME,
                &path.key(*second),
                format!("`{path}` has both `{first}` and `{second}`"),
                "keep one of them",
            );
        }
        ["path"] if !matches!(volume.data, Some(DataMeaning::Shared | DataMeaning::Host)) => {
            check.error_at_key(
                VOLUME,
                &path.key("path"),
                format!("`{path}.path` needs `data: shared` or `data: host`"),
                "say which it is",
            );
        }
        _ => {}
    }
    if volume.data == Some(DataMeaning::Host) && volume.path.is_some() && volume.why.is_none() {
        check.error(
            NO_REASON,
            &path.key("path"),
            format!("`{path}.path` is a place on the node, without a reason"),
            "add `why` beside it: what the place is for",
        );
    }
    if let (Some(size), Some(most)) = (volume.size, volume.max_size)
        && most < size
    {
        check.error(
            VOLUME,
            &path.key("maxSize"),
            format!("`{path}.maxSize` ({most}) is below `size` ({size})"),
            format!("write at least `{size}`"),
        );
    }
}

fn writers(check: &mut Check<'_>, component: &Component, path: &FieldPath, volume: &Volume) {
    let data = check.application.declared(volume).data;
    let bound = data != Some(DataMeaning::Shared);
    let single = bound && volume.read_only != Some(true);
    let availability = check
        .application
        .fields
        .availability
        .as_ref()
        .and_then(|availability| availability.replicas);
    let replicas = component.fields.replicas.or(availability).unwrap_or(1);
    match component.fields.kind.unwrap_or(Kind::Deployment) {
        Kind::Deployment if single && replicas > 1 => {
            several_writers(check, component, path, replicas);
        }
        Kind::Stateful if single && replicas > 1 && is_one(volume) => {
            several_writers(check, component, path, replicas);
        }
        Kind::Daemon if bound && data != Some(DataMeaning::Host) => {
            let message = format!(
                "`{}` runs on every node but has a volume with a single writer",
                component.name
            );
            check.error_at_key(
                SEVERAL_WRITERS,
                path,
                message,
                "use `data: host`, `data: shared`, or `scratch`",
            );
        }
        _ => {}
    }
}

/// Says whether there is one volume for all replicas, whatever their kind.
fn is_one(volume: &Volume) -> bool {
    volume.volume.is_some() || volume.existing_claim.is_some()
}

fn several_writers(check: &mut Check<'_>, component: &Component, path: &FieldPath, replicas: u32) {
    let tree = &check.application.tree;
    let message = format!(
        "`{}` has {replicas} replicas and a volume with a single writer",
        component.name
    );
    let finding = Diagnostic::error(SEVERAL_WRITERS, message)
        .at(tree.key_span_at(&component.field("replicas")))
        .label(tree.key_span_at(path), "the volume");
    let help = "use one replica, `kind: stateful`, or `data: shared`";
    check.report.push(finding.help(help));
}

/// Claims are made for components and jobs: what is beside one sees its volumes, and others by reference.
fn own_of_beside(check: &mut Check<'_>, owner: &Component, beside: &Component) {
    for (name, path, volume) in beside.volumes() {
        let is_own = volume.volume.is_none() && volume.existing_claim.is_none();
        if is_own && volume.path.is_none() {
            let message = format!(
                "`{path}` is a volume of a container beside `{}`",
                owner.name
            );
            let help = format!(
                "declare it in `{}`, and write `{name}: {{ volume: {name}, mountPath: … }}` here where the place differs",
                owner.path
            );
            check.error_at_key(VOLUME_OF_BESIDE, &path, message, help);
        }
    }
}

/// Pods that share a volume run on one node, so that they cannot ask for different ones.
fn one_node(check: &mut Check<'_>, group: &OneNode<'_>) {
    for (at, (other, path)) in group.members.iter().enumerate() {
        let earlier = group.members[..at].iter();
        let contradictions =
            earlier.filter_map(|known| Some((known, contradiction(known.0, other)?)));
        let Some(((first, mount), (here, there))) = contradictions.into_iter().next() else {
            continue;
        };
        let tree = &check.application.tree;
        let message = format!(
            "`{}` and `{}` share a volume that belongs to one node at a time, and are placed on different nodes",
            first.name, other.name
        );
        let finding = Diagnostic::error(ONE_NODE, message)
            .at(tree.key_span_at(&there))
            .label(
                tree.key_span_at(&here),
                format!("the place of `{}`", first.name),
            )
            .label(tree.key_span_at(mount), "the volume")
            .label(tree.key_span_at(path), "the same volume");
        check
            .report
            .push(finding.help("place both on the same nodes, or use `data: shared`"));
    }
}

/// Returns where two components ask for nodes that cannot be the same.
fn contradiction(one: &Component, other: &Component) -> Option<(FieldPath, FieldPath)> {
    let (here, there) = (
        one.fields.placement.as_ref()?,
        other.fields.placement.as_ref()?,
    );
    let at = |component: &Component| component.field("placement");
    let mut labels = here.nodes.iter();
    let differs =
        labels.find(|(label, value)| there.nodes.get(*label).is_some_and(|own| own != *value));
    if let Some((label, _)) = differs {
        let at = |component| at(component).key("nodes").key(label.as_str());
        return Some((at(one), at(other)));
    }
    let (first, second) = (here.architecture.as_ref()?, there.architecture.as_ref()?);
    let at = |component| at(component).key("architecture");
    (first != second).then(|| (at(one), at(other)))
}

/// Everything that is mounted, each path once.
fn mounts(check: &mut Check<'_>, component: &Component) {
    let fields = &component.fields;
    let volumes = component
        .volumes()
        .into_iter()
        .map(|(_, path, volume)| (volume.mount_path.as_str(), path.key("mountPath")));
    let files = fields
        .files
        .keys()
        .map(|at| (at.as_str(), component.field("files").key(at.as_str())));
    let secret_files = fields
        .secrets
        .iter()
        .flat_map(|secrets| secrets.files.keys());
    let secrets = secret_files.map(|at| {
        (
            at.as_str(),
            component.field("secrets").key("files").key(at.as_str()),
        )
    });
    let scratch = fields
        .scratch
        .keys()
        .map(|at| (at.as_str(), component.field("scratch").key(at.as_str())));
    let mut seen: BTreeMap<&str, FieldPath> = BTreeMap::new();
    for (at, path) in volumes.chain(files).chain(secrets).chain(scratch) {
        if let Some(first) = seen.get(at) {
            let tree = &check.application.tree;
            let finding =
                Diagnostic::error(SAME_MOUNT, format!("two things are mounted at `{at}`"))
                    .at(tree.key_span_at(&path));
            check.report.push(
                finding
                    .label(tree.key_span_at(first), "first here")
                    .help("mount one of them elsewhere"),
            );
        } else {
            seen.insert(at, path);
        }
    }
}
