//! Waiting for others is not a script.

use steading_model::application::Role;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Waiting for another service is said, not scripted.
    ///
    /// ## Why
    /// A loop in front of the program has no deadline and no message: when the other never comes, the pod hangs in its init step for ever, and a
    /// release that should fail does not.
    ///
    /// ## Example
    /// ```yaml
    /// init: { wait: { image: "busybox:1.37", command: [sh, -c, "until nc -z db 5432; do sleep 1; done"] } }   # found
    /// dependsOn: [db]                                                                                   # right
    /// ```
    "ST4162" "hand-made-wait" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let containers = subject.application.containers();
    let steps = containers.filter(|(role, _)| *role == Role::Init);
    let waits = steps.filter_map(|(_, step)| {
        let fields = &step.fields;
        let mut words = fields.command.iter().chain(&fields.args);
        words.find(|word| waits(word.as_str()))?;
        let span = subject.key_span(&step.path);
        let message = format!("the step `{}` waits in a loop without an end", step.name);
        let help = "write `dependsOn`, or `waitFor: true` beside what it `uses`";
        Some(Finding::new(span, message).help(help))
    });
    waits.collect()
}

fn waits(script: &str) -> bool {
    let words: Vec<&str> = script
        .split(|c: char| c.is_whitespace() || c == ';')
        .filter(|word| !word.is_empty())
        .collect();
    let loops =
        words.first() == Some(&"until") || words.windows(2).any(|pair| pair == ["while", "!"]);
    loops && words.contains(&"sleep")
}
