//! What happens now and then is a job.

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// What happens now and then is a job, not a shell loop.
    ///
    /// ## Why
    /// A loop with `sleep` has no schedule that can be read, no deadline, no exit code and no history. It hides its failures (`|| true`),
    /// leaks until it is killed, and stands in the way of every drain.
    ///
    /// ## Example
    /// ```yaml
    /// command: [sh, -c, "while true; do /sync; sleep 300; done"]                               # found
    /// jobs: { sync: { schedule: "*/5 * * * *", command: [/sync], deadlineSeconds: 240 } }       # right
    /// ```
    "ST4063" "loop-instead-of-job" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let containers = all(subject.application).into_iter();
    containers
        .filter(|container| container.command.iter().any(|word| is_loop(word)))
        .map(|container| {
            let span = subject.span(&container.path.key("command"));
            Finding::new(
                span,
                format!("the {} is a loop with pauses", container.title),
            )
            .help("make it a job with a `schedule`")
        })
        .collect()
}

fn is_loop(script: &str) -> bool {
    let words: Vec<&str> = script
        .split(|c: char| c.is_whitespace() || c == ';')
        .filter(|word| !word.is_empty())
        .collect();
    let endless = words
        .windows(2)
        .any(|pair| pair[0] == "while" && matches!(pair[1], "true" | ":" | "1" | "["))
        || words.windows(2).any(|pair| pair == ["until", "false"]);
    endless && words.contains(&"sleep")
}
