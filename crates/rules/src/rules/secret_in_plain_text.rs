//! Secret values are not in the declaration.

use steading_model::FieldPath;
use steading_model::application::FileContent;

use crate::containers::{Container, all};
use crate::credential::{is_credential, is_secret_name};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No password, key or token is written in a declaration.
    ///
    /// ## Why
    /// Declarations are in Git, in plans and in pull requests; what was written once is in every clone for ever. Values belong into
    /// `secrets`: taken from the backend, or made once by `generate`. Found are variables whose name says it (`…_PASSWORD`,
    /// `…_TOKEN`, `SECRET_KEY`) and values that look like known keys and tokens, in variables, files and commands.
    /// The value is never repeated in the finding.
    ///
    /// ## Example
    /// ```yaml
    /// env: { DB_PASSWORD: hunter2 }     # found
    /// secrets: { env: [DB_PASSWORD] }   # right
    /// ```
    "ST4044" "secret-in-plain-text" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for container in all(subject.application) {
        found.extend(
            variables(&container).map(|(path, name)| finding(subject, &path, &format!("`{name}`"))),
        );
        found.extend(files(&container).map(|path| finding(subject, &path, "the file")));
        let words = container.command.iter().any(|word| is_credential(word));
        found
            .extend(words.then(|| finding(subject, &container.path.key("command"), "the command")));
    }
    found
}

fn variables<'a>(container: &'a Container<'_>) -> impl Iterator<Item = (FieldPath, &'a str)> {
    let path = container.path.key("env");
    let variables = container.env.iter();
    let secret = variables.filter(|(name, value)| is_secret(name.as_str(), value.as_str()));
    secret.map(move |(name, _)| (path.key(name.as_str()), name.as_str()))
}

fn files<'a>(container: &'a Container<'_>) -> impl Iterator<Item = FieldPath> + 'a {
    let path = container.path.key("files");
    let files = container.files.iter();
    files
        .filter(|(_, file)| holds_credential(&file.content))
        .map(move |(name, _)| path.key(name.as_str()))
}

fn holds_credential(content: &FileContent) -> bool {
    let is_secret = |text: &str| {
        text.split(|c: char| c.is_whitespace() || "\"'=,;".contains(c))
            .any(is_credential)
            || text.contains(" PRIVATE KEY-----")
    };
    match content {
        FileContent::Inline(text) => is_secret(text),
        FileContent::FromFile { loaded, .. } => loaded
            .iter()
            .any(|(_, bytes)| std::str::from_utf8(bytes).is_ok_and(is_secret)),
        FileContent::Secret(_) | FileContent::ExistingSecret(_) | FileContent::Certificate(_) => {
            false
        }
    }
}

fn is_secret(name: &str, value: &str) -> bool {
    (is_secret_name(name) && is_literal(value)) || is_credential(value)
}

/// Says whether a value is one at all: not empty, not a switch, no reference, no path and no address.
fn is_literal(value: &str) -> bool {
    let switch = matches!(
        value.to_lowercase().as_str(),
        "" | "true" | "false" | "yes" | "no" | "none" | "on" | "off"
    );
    let number = value.chars().all(|c| c.is_ascii_digit()) && value.len() < 6;
    let reference = value.contains("${") || value.starts_with('/') || value.contains("://");
    !switch && !number && !reference
}

fn finding(subject: &Subject<'_>, path: &FieldPath, what: &str) -> Finding {
    let span = subject.key_span(path);
    Finding::new(span, format!("{what} looks like a secret in plain text")).help("put the value into the secret backend and name its key under `secrets`, or let `secrets.generate` make it")
}
