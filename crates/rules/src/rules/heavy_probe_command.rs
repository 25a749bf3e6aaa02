//! Commands of health checks are light.

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A health check's command does not start an interpreter or a heavy client.
    ///
    /// ## Why
    /// The command runs every few seconds, in the container and on its account. `mongosh`, `node` or `java` take seconds and a hundred
    /// megabytes to start: the check times out under load, or gets the container killed for its memory, and a healthy database crashes
    /// in a loop.
    ///
    /// ## Example
    /// ```yaml
    /// health: { exec: [mongosh, --eval, "db.adminCommand('ping')"] } # found
    /// health: { tcp: true }                                          # right
    /// ```
    "ST4012" "heavy-probe-command" Warning => Check::Application(check)
}

const HEAVY: [&str; 15] = [
    "mongosh",
    "mongo",
    "node",
    "npm",
    "npx",
    "yarn",
    "java",
    "python",
    "python3",
    "php",
    "ruby",
    "rails",
    "rake",
    "dotnet",
    "rabbitmq-diagnostics",
];
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "env"];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for component in &subject.application.components {
        let Some(health) = &component.fields.health else {
            continue;
        };
        let words: Vec<&str> = health
            .exec
            .iter()
            .flat_map(|word| word.as_str().split_whitespace())
            .collect();
        let program = words
            .iter()
            .map(|word| name(word))
            .find(|word| !SHELLS.contains(word) && !word.starts_with('-'));
        let Some(program) = program.filter(|program| HEAVY.contains(program)) else {
            continue;
        };
        let span = subject.span(&component.field("health").key("exec"));
        let message =
            format!("the health check starts a heavy program every few seconds: {program}");
        found.push(
            Finding::new(span, message).help("use `tcp: true`, or a small program of the image"),
        );
    }
    found
}

fn name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}
