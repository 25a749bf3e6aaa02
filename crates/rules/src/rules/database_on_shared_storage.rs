//! Databases are not on the file server.

use steading_model::application::{Component, DataMeaning, Role, Volume};

use crate::known::store;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No database, consensus log or SQLite file is on shared storage.
    ///
    /// ## Why
    /// File servers break the promises that databases stand on: locks, the order of writes, and that what was written is there. A
    /// hung mount then hangs the database, and with it every application that uses it; two writers corrupt it without a word.
    ///
    /// ## Example
    /// ```yaml
    /// image: postgres:17.6
    /// storage: { mountPath: /var/lib/postgresql/data, size: 10Gi, data: shared }    # found
    /// storage: { mountPath: /var/lib/postgresql/data, size: 10Gi, data: sensitive } # right
    /// ```
    "ST4021" "database-on-shared-storage" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (role, container) in subject.application.containers() {
        for (name, path, volume) in container.volumes() {
            let declared = subject.application.declared(volume);
            let shared =
                declared.data == Some(DataMeaning::Shared) && volume.read_only != Some(true);
            let Some(what) = writer(role, container, volume).filter(|_| shared) else {
                continue;
            };
            let message = format!("volume `{name}` on the file server holds {what}");
            let place = if volume.data.is_some() {
                "data"
            } else {
                "volume"
            };
            let finding = Finding::new(subject.span(&path.key(place)), message);
            found.push(
                finding.help("use `data: sensitive` or `data: plain`, and dump to shared storage"),
            );
        }
    }
    found
}

/// Returns what a component keeps on a volume that stands no file server.
fn writer(role: Role, component: &Component, volume: &Volume) -> Option<String> {
    // A job with the image of a database writes its dump there.
    let image = component
        .fields
        .image
        .as_ref()
        .filter(|_| role == Role::Component);
    if let Some(title) = image.and_then(store) {
        return Some(title.to_owned());
    }
    let mount = format!("{}/", volume.mount_path.as_str().trim_end_matches('/'));
    let files = component
        .fields
        .env
        .values()
        .map(steading_model::name::Literal::as_str);
    let sqlite = files
        .into_iter()
        .find_map(|text| sqlite_file(text).filter(|file| file.starts_with(&mount)))?;
    Some(format!("the SQLite file `{sqlite}`"))
}

/// Returns the path of a `SQLite` file that a variable names: `sqlite:///data/app.db`, `/data/app.sqlite3`.
fn sqlite_file(text: &str) -> Option<&str> {
    let relative = text[text.find('/')?..].trim_start_matches('/');
    let path = &text[text.len() - relative.len() - 1..];
    let path = path.split(['?', ';', ' ']).next()?;
    let extension = path.rsplit('.').next()?;
    matches!(extension, "db" | "db3" | "sqlite" | "sqlite3").then_some(path)
}
