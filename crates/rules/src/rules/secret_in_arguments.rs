//! Secrets are not arguments.

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A secret is not an argument of a command.
    ///
    /// ## Why
    /// Arguments are in the list of processes, in the pod's specification and in every error report. Whoever may look at pods reads them.
    ///
    /// ## Example
    /// ```yaml
    /// args: [--token, 8f2c91d0a77be4]         # found
    /// args: [--token-file, /run/secrets/token] # right, with `secrets.files`
    /// ```
    "ST4177" "secret-in-arguments" Error => Check::Application(check)
}

/// Options whose value is a secret.
const OPTIONS: [&str; 8] = [
    "--password",
    "--passwd",
    "--token",
    "--secret",
    "--api-key",
    "--apikey",
    "--client-secret",
    "--access-key",
];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let containers = all(subject.application).into_iter();
    let found = containers.filter_map(|container| {
        let option = option(&container.command)?;
        let keys = ["args", "command"].map(|key| container.path.key(key));
        let mut written = keys
            .iter()
            .filter(|path| subject.application.tree.find(path).is_some());
        let span = written
            .next()
            .map_or_else(|| subject.span(&container.path), |path| subject.span(path));
        let message = format!(
            "the {} gets a secret as an argument (`{option}`)",
            container.title
        );
        let help =
            "put it into the secret backend, and pass it with `secrets.env` or `secrets.files`";
        Some(Finding::new(span, message).help(help))
    });
    found.collect()
}

/// Returns the option that a literal value follows, or stands in.
fn option(words: &[&str]) -> Option<&'static str> {
    OPTIONS.into_iter().find(|option| {
        words.iter().enumerate().any(|(at, word)| {
            let value = match word.strip_prefix(option) {
                Some("") => words.get(at + 1).copied(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            };
            value.is_some_and(is_literal)
        })
    })
}

/// A reference to a variable or a file is none.
fn is_literal(value: &str) -> bool {
    !value.is_empty() && !value.starts_with(['$', '/', '-', '@'])
}
