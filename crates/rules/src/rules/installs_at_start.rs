//! What a program needs is in its image.

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// What a program needs is in its image, not installed at each start.
    ///
    /// ## Why
    /// The start then depends on somebody else's server: on the day when it is slow, moved or gone, nothing of this runs any more, jobs and
    /// probes among it. What is installed is another version each time, and nobody has looked at it.
    ///
    /// ## Example
    /// ```yaml
    /// command: [sh, -c, "apk add curl && curl -fsS http://web/sync"]      # found
    /// image: curlimages/curl:8.10.1                                       # right
    /// ```
    "ST4160" "installs-at-start" Warning => Check::Application(check)
}

/// How packages are installed: the program, and the word that makes it do so.
const INSTALLERS: [(&str, &str); 8] = [
    ("apk", "add"),
    ("apt-get", "install"),
    ("apt", "install"),
    ("dnf", "install"),
    ("yum", "install"),
    ("pip", "install"),
    ("pip3", "install"),
    ("npm", "install"),
];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let containers = all(subject.application).into_iter();
    let installs = containers.filter_map(|container| {
        let mut words = container.command.iter();
        let program = words.find_map(|text| installer(text))?;
        let span = subject.span(&container.path.key("command"));
        let message = format!("the {} installs packages with `{program}`", container.title);
        Some(Finding::new(span, message).help("use an image that has them, or build one"))
    });
    installs.collect()
}

fn installer(script: &str) -> Option<&'static str> {
    let words: Vec<&str> = script.split_whitespace().collect();
    let is = |program: &str, verb: &str| {
        let mut at = words
            .iter()
            .enumerate()
            .filter(|(_, word)| **word == program);
        at.any(|(at, _)| words[at + 1..].iter().take(3).any(|word| *word == verb))
    };
    let mut known = INSTALLERS.iter();
    let found = known.find(|(program, verb)| is(program, verb));
    found.map(|(program, _)| *program)
}
