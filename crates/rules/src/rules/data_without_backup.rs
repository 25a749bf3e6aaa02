//! Data is backed up, or someone said why not.

use steading_model::application::{DataMeaning, Volume};

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A volume with data says how it is backed up, or why it is not.
    ///
    /// ## Why
    /// Nobody notices a missing backup until it is needed. In the platforms that were studied most volumes had none, and in one
    /// the only copy of a database was five months old. Data that can be made again is `data: cache`.
    ///
    /// ## Example
    /// ```yaml
    /// storage: { mountPath: /data, size: 5Gi }                                               # found
    /// storage: { mountPath: /data, size: 5Gi, backup: { schedule: "30 3 * * *" } }           # right
    /// storage: { mountPath: /data, size: 5Gi, backup: { none: "rebuilt from the bookmarks" } } # right
    /// storage: { mountPath: /data, size: 5Gi, data: cache }                                  # right
    /// ```
    /// Where the volumes of a class are backed up alike, or copied as a whole, the estate says it once for all of them:
    /// `storage: { classes: { plain: { class: block, backup: { schedule: "30 3 * * *" } } } }`.
    "ST4020" "data-without-backup" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let owners = subject.application.owners();
    let volumes = owners.flat_map(|owner| owner.volumes());
    volumes
        .filter(|(_, _, volume)| subject.estate.backup(volume).is_none() && keeps_own_data(volume))
        .map(|(name, path, _)| {
            let message = format!("nothing says how the data of volume `{name}` is backed up");
            Finding::new(subject.key_span(&path), message)
                .help("add `backup: { schedule: \"30 3 * * *\" }`, `backup: { none: why }`, `data: cache` for what can be made again, or `backup` to the storage class in the estate for all of its volumes")
        })
        .collect()
}

/// Says whether a volume is this application's own place for data, which it can lose.
fn keeps_own_data(volume: &Volume) -> bool {
    let borrowed = volume.volume.is_some()
        || volume.existing_claim.is_some()
        || volume.read_only == Some(true);
    let elsewhere = matches!(volume.data, Some(DataMeaning::Cache | DataMeaning::Host))
        || volume.path.is_some();
    !borrowed && !elsewhere
}
