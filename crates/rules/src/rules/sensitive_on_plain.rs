//! Sensitive data does not lie where plain data does.

use steading_model::application::{Application, Component, DataMeaning};
use steading_model::{FieldPath, Span};

use crate::rule::{Check, Finding, Run, rule};

rule! {
    /// Where applications keep sensitive data, its storage class is another one than that for plain data, or is marked as encrypted.
    ///
    /// ## Why
    /// `data: sensitive` says that a stolen disk must tell nothing. Where both words mean the same class, the declaration promises what
    /// the disk does not keep, and nobody notices until the disk is gone.
    ///
    /// ## Example
    /// ```yaml
    /// storage: { classes: { plain: { class: local-path }, sensitive: { class: local-path } } }                  # found
    /// storage: { classes: { plain: { class: local-path }, sensitive: { class: local-path, encrypted: true } } } # right
    /// ```
    "ST4130" "sensitive-on-plain" Warning => Check::Together(check)
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    let (estate, mut kept) = (run.estate, run.applications.iter().filter_map(sensitive));
    let (Some(sensitive), Some(plain)) = (
        estate.storage_class(DataMeaning::Sensitive),
        estate.storage_class(DataMeaning::Plain),
    ) else {
        return Vec::new();
    };
    let same = sensitive.class == plain.class && sensitive.host_path == plain.host_path;
    if !same || sensitive.encrypted == Some(true) {
        return Vec::new();
    }
    let Some(volume) = kept.next() else {
        return Vec::new();
    };
    let path = FieldPath::default()
        .key("spec")
        .key("storage")
        .key("classes");
    let class = |meaning: &str| estate.tree.span_at(&path.key(meaning).key("class"));
    let message = format!(
        "sensitive data lies where plain data does: {}",
        sensitive.class
    );
    let finding = Finding::new(class("sensitive"), message)
        .label(class("plain"), "the class of plain data")
        .label(volume, "sensitive data");
    let help = "name a class that encrypts, or write `encrypted: true` beside it if its disks are encrypted";
    vec![finding.help(help)]
}

/// Returns where an application declares the first volume with sensitive data.
fn sensitive(application: &Application) -> Option<Span> {
    let mut volumes = application.owners().flat_map(Component::volumes);
    let found = volumes.find(|(_, _, volume)| volume.data == Some(DataMeaning::Sensitive));
    found.map(|(_, path, _)| application.tree.key_span_at(&path))
}
