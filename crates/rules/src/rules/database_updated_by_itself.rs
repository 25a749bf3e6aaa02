//! Nobody updates a database unseen.

use std::collections::BTreeSet;

use steading_model::application::UpdatePolicy;

use crate::known::store;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A database is not updated by itself.
    ///
    /// ## Why
    /// A new version writes its files in a new way at the first start, and the old one does not read them any more. Some need a step by hand in
    /// between. At night, by an updater, that is a restore.
    ///
    /// ## Example
    /// ```yaml
    /// image: postgres:17.2
    /// update: { policy: minor }    # found
    /// update: { policy: notify }   # right
    /// ```
    "ST4170" "database-updated-by-itself" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let containers = subject.application.containers();
    let found = containers.filter_map(|(_, container)| {
        let fields = &container.fields;
        let policy = fields.update.as_ref()?.effective();
        let store = store(fields.image.as_ref()?)?;
        let moves = matches!(
            policy,
            UpdatePolicy::Minor | UpdatePolicy::Major | UpdatePolicy::Digest
        );
        let span = subject.key_span(&container.field("update"));
        let message = format!(
            "`{}` is {store}, and an updater may move it (`{policy}`)",
            container.name
        );
        let help = "write `policy: notify`, or `patch` where the vendor keeps its files";
        let is_new = seen.insert((span.file, span.start));
        (moves && is_new).then(|| Finding::new(span, message).help(help))
    });
    found.collect()
}
