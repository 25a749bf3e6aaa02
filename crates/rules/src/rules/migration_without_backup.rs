//! Before a migration there is a way back.

use steading_model::application::{Backup, DataMeaning};

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Data that a migration changes is backed up.
    ///
    /// ## Why
    /// A rollback brings the old program back, not the old schema: the old program meets data that it cannot read. The only way back is a backup.
    ///
    /// ## Example
    /// ```yaml
    /// init: { migrate: { command: [app, migrate] } }
    /// storage: { mountPath: /data, size: 5Gi, backup: { none: "small" } }   # found
    /// storage: { mountPath: /data, size: 5Gi, backup: { keep: 7 } }         # right
    /// ```
    "ST4169" "migration-without-backup" Warning => Check::Application(check)
}

/// The step that changes data.
const STEP: &str = "migrate";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let components = subject.application.components.iter();
    let migrating =
        components.filter(|one| one.fields.init.keys().any(|name| name.as_str() == STEP));
    let volumes = migrating.flat_map(|one| one.volumes());
    let kept = volumes.filter(|(_, _, volume)| volume.data != Some(DataMeaning::Cache));
    let found = kept.filter_map(|(name, path, volume)| {
        let Some(Backup::Never(_)) = &volume.backup else {
            return None;
        };
        let span = subject.key_span(&path.key("backup"));
        let message = format!("a migration changes the volume `{name}`, which has no backup");
        Some(Finding::new(span, message).help("back it up, or say `data: cache`"))
    });
    found.collect()
}
