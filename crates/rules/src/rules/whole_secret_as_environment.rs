//! Programs get the secrets that they need.

use std::collections::BTreeSet;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A program of many keys gets those that it needs.
    ///
    /// ## Why
    /// With `all` every key of the place becomes a variable, also those that are added later for something else. Variables are in crash reports and
    /// are handed on to whatever the program starts; a key that is called `PATH` or `LD_PRELOAD` changes the program itself.
    ///
    /// ## Example
    /// ```yaml
    /// secrets: { all: true }                       # found
    /// secrets: { env: [DB_PASSWORD, SMTP_TOKEN] }  # right
    /// ```
    "ST4176" "whole-secret-as-environment" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let containers = subject.application.containers();
    let found = containers.filter_map(|(role, container)| {
        let secrets = container.fields.secrets.as_ref()?;
        let span = subject.key_span(&container.field("secrets").key("all"));
        let message = format!(
            "the {role} `{}` gets every key of its secret",
            container.name
        );
        let whole = secrets.all == Some(true) && seen.insert((span.file, span.start));
        whole.then(|| Finding::new(span, message).help("name the keys in `secrets.env`"))
    });
    found.collect()
}
