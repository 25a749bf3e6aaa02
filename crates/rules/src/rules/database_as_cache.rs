//! A database's data is not declared as something that can be lost.

use steading_model::application::DataMeaning;

use crate::known::store;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// The volume of a database is not `data: cache`.
    ///
    /// ## Why
    /// `cache` means that losing it costs nothing: no backup, no guard against deletion. A rename of the application or a new node
    /// then starts the database empty. A Redis that really is only a cache says so with a waiver.
    ///
    /// ## Example
    /// ```yaml
    /// image: mariadb:11.8.3
    /// storage: { mountPath: /var/lib/mysql, size: 5Gi, data: cache }     # found
    /// storage: { mountPath: /var/lib/mysql, size: 5Gi, data: sensitive } # right
    /// ```
    "ST4022" "database-as-cache" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for component in &subject.application.components {
        let Some(title) = component.fields.image.as_ref().and_then(store) else {
            continue;
        };
        for (name, path, _) in component
            .volumes()
            .into_iter()
            .filter(|(_, _, volume)| volume.data == Some(DataMeaning::Cache))
        {
            let message =
                format!("volume `{name}` of {title} is declared as data that can be lost");
            found.push(
                Finding::new(subject.span(&path.key("data")), message)
                    .help("use `data: sensitive` or `data: plain`"),
            );
        }
    }
    found
}
