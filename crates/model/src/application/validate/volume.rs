//! Volumes and what else is mounted.

use std::collections::BTreeMap;

use super::Check;
use super::codes::{NO_REASON, SAME_MOUNT, SEVERAL_WRITERS, VOLUME};
use crate::application::{Component, DataMeaning, Kind, Volume};
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
    let single = data != Some(DataMeaning::Shared) && volume.read_only != Some(true);
    let availability = check
        .application
        .fields
        .availability
        .as_ref()
        .and_then(|availability| availability.replicas);
    let replicas = component.fields.replicas.or(availability).unwrap_or(1);
    match component.fields.kind.unwrap_or(Kind::Deployment) {
        Kind::Deployment if single && replicas > 1 => {
            let replicas_span = check
                .application
                .tree
                .key_span_at(&component.field("replicas"));
            let message = format!(
                "`{}` has {replicas} replicas and a volume with a single writer",
                component.name
            );
            let finding = Diagnostic::error(SEVERAL_WRITERS, message)
                .at(replicas_span)
                .label(check.application.tree.key_span_at(path), "the volume");
            check
                .report
                .push(finding.help("use one replica, `kind: stateful`, or `data: shared`"));
        }
        Kind::Daemon if single && data != Some(DataMeaning::Host) => {
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
