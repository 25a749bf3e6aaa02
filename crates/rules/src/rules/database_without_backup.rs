//! Databases are backed up, or someone said why not.

use steading_model::estate::{EntryKind, Estate};

use crate::rule::{Check, Finding, rule};

rule! {
    /// A database cluster that the estate offers says how it is backed up, or why it is not.
    ///
    /// ## Why
    /// One entry of the catalogue holds the data of every application that uses it. That nobody said how it is backed up shows on the
    /// day when the first of them has lost it.
    ///
    /// ## Example
    /// ```yaml
    /// postgres: { cloudNativePG: { image: "…:17.5", storage: { size: 5Gi } } }                                            # found
    /// postgres: { cloudNativePG: { image: "…:17.5", storage: { size: 5Gi }, backup: { schedule: "30 2 * * *", keep: 7 } } } # right
    /// postgres: { cloudNativePG: { image: "…:17.5", storage: { size: 5Gi }, backup: { none: "only for tests" } } }        # right
    /// ```
    "ST4140" "database-without-backup" Warning => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
    let entries = estate.fields.catalogue.keys();
    let entries = entries.filter_map(|name| estate.entry(name));
    let silent = entries.filter(|entry| match entry.kind() {
        EntryKind::CloudNativePg(fields) => fields.backup.is_none(),
        _ => false,
    });
    silent
        .map(|entry| {
            let path = entry.path().key("postgres").key("cloudNativePG");
            let message = format!(
                "nothing says how the databases of `{}` are backed up",
                entry.name
            );
            Finding::new(estate.tree.key_span_at(&path), message)
                .help("add `backup: { schedule: \"30 2 * * *\" }`, or `backup: { none: why }`")
        })
        .collect()
}
