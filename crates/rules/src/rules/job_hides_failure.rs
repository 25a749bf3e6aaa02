//! A job that fails says so.

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A job that fails ends with an error.
    ///
    /// ## Why
    /// A script that goes on after an error, or ends with `|| true`, is a success whatever it did: no retry, no alert, no failed run in the history.
    /// Backups have been empty for months that way.
    ///
    /// ## Example
    /// ```yaml
    /// jobs: { dump: { command: [sh, -c, "pg_dump app > /out/app.sql || true"] } }   # found
    /// jobs: { dump: { command: [sh, -ec, "pg_dump app > /out/app.sql"] } }          # right
    /// ```
    "ST4161" "job-hides-failure" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let jobs = subject.application.fields.jobs.values();
    let hiding = jobs.filter_map(|job| {
        let fields = &job.container.fields;
        let mut words = fields.command.iter().chain(&fields.args);
        let script = words.find(|word| hides(word.as_str()))?;
        let key = if fields.command.contains(script) {
            "command"
        } else {
            "args"
        };
        let span = subject.span(&job.container.field(key));
        let message = format!("the job `{}` succeeds whatever it does", job.container.name);
        Some(Finding::new(span, message).help("let it end with the error of what failed"))
    });
    hiding.collect()
}

fn hides(script: &str) -> bool {
    let script = script.trim().trim_end_matches(';').trim_end();
    let ends = ["|| true", "|| :", "||true", "||:", "; exit 0", "; true"];
    ends.iter().any(|end| script.ends_with(end))
}
