//! Nothing is filled in in arguments.

use steading_model::FieldPath;

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A command or an argument names no fact of Steading's: `${service.port}` is filled in in environment variables only.
    ///
    /// ## Why
    /// In a command, `${…}` belongs to the shell that may read it, so it stays as it is written: the program gets the very text. Kubernetes
    /// fills in `$(NAME)` there, from a variable of the container.
    ///
    /// ## Example
    /// ```yaml
    /// args: ["--port=${service.port}"]       # found
    /// env: { PORT: "${service.port}" }       # right, with `args: ["--port=$(PORT)"]`
    /// ```
    "ST4179" "expression-in-arguments" Warning => Check::Application(check)
}

/// What the names of facts begin with that no shell takes for a variable.
const FACTS: [&str; 8] = [
    "domain.", "image.", "pod.", "route.", "routes[", "secrets.", "service.", "uses.",
];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let containers = all(subject.application).into_iter();
    let found = containers.flat_map(|container| {
        let keys = ["command", "args"].map(|key| container.path.key(key));
        let found = keys.iter().flat_map(|list| in_list(subject, list));
        found.collect::<Vec<_>>()
    });
    found.collect()
}

fn in_list(subject: &Subject<'_>, list: &FieldPath) -> Vec<Finding> {
    let words = subject.application.tree.find(list);
    let words = words.and_then(|node| node.as_list()).unwrap_or_default();
    let named = words.iter().filter_map(|word| {
        let name = fact(&word.as_scalar()?.text)?;
        let message = format!("`${{{name}}}` is not filled in in a command: the program gets this very text");
        let help = format!("name a variable in `env` with it, such as `VALUE: \"${{{name}}}\"`, and write `$(VALUE)` here");
        Some(Finding::new(word.span, message).help(help))
    });
    named.collect()
}

/// Returns the first fact that a text names.
fn fact(text: &str) -> Option<&str> {
    let mut names = text
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    let (name, _) = names.find(|(name, _)| FACTS.iter().any(|fact| name.starts_with(fact)))?;
    Some(name)
}
