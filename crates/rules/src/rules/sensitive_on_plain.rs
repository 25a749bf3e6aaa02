//! Sensitive data does not lie where plain data does.

use steading_model::FieldPath;
use steading_model::application::DataMeaning;
use steading_model::estate::Estate;

use crate::rule::{Check, Finding, rule};

rule! {
    /// The storage class for sensitive data is another one than that for plain data, or is marked as encrypted.
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
    "ST4130" "sensitive-on-plain" Warning => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
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
    let path = FieldPath::default()
        .key("spec")
        .key("storage")
        .key("classes");
    let class = |meaning: &str| estate.tree.span_at(&path.key(meaning).key("class"));
    let message = format!(
        "sensitive data lies where plain data does: {}",
        sensitive.class
    );
    let finding =
        Finding::new(class("sensitive"), message).label(class("plain"), "the class of plain data");
    let help = "name a class that encrypts, or write `encrypted: true` beside it if its disks are encrypted";
    vec![finding.help(help)]
}
