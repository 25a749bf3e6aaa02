//! Rules of an application's own: files as Prometheus reads them, or alerts that Grafana provisions.
//!
//! The structure is checked as Prometheus checks it: unknown keys, what belongs to alerts only, names that come twice. Of expressions only
//! brackets and quotes are checked; `promtool check rules` knows all of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Report;
use crate::name::Literal;
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::record;
use crate::source::Sources;
use crate::yaml;

/// What a file of own rules is.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleFile {
    /// Rule groups of Prometheus.
    Prometheus(Vec<RuleGroup>),
    /// Alerts that Grafana provisions, kept as they are.
    Grafana,
}

/// Something that is wrong with a file of own rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleProblem {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

record! {
    /// A rule file of Prometheus.
    pub struct RuleGroups {
        /// The groups.
        "groups" groups: Vec<RuleGroup>,
    }
}

record! {
    /// Rules that are evaluated together.
    pub struct RuleGroup {
        /// The name, unique in its file.
        "name" name: String,
        /// How often.
        "interval" interval: Option<PrometheusDuration>,
        /// How many series a rule may give.
        "limit" limit: Option<u32>,
        /// How far back the rules look.
        "query_offset" query_offset: Option<PrometheusDuration>,
        /// Labels of all rules.
        "labels" labels: BTreeMap<String, Literal>,
        /// The rules.
        "rules" rules: Vec<OwnRule>,
    }
}

record! {
    /// A rule: an alert, or a series that is recorded.
    pub struct OwnRule {
        /// The alert's name.
        "alert" alert: Option<String>,
        /// The name of the series that is recorded.
        "record" record: Option<String>,
        /// The expression.
        "expr" expr: Literal,
        /// How long it must hold before the alert fires.
        "for" lasting: Option<PrometheusDuration>,
        /// How long the alert goes on afterwards.
        "keep_firing_for" keep_firing_for: Option<PrometheusDuration>,
        /// Labels.
        "labels" labels: BTreeMap<String, Literal>,
        /// Annotations of the alert.
        "annotations" annotations: BTreeMap<String, Literal>,
    }
}

/// A length of time as Prometheus writes it, such as `1h30m` or `0s`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrometheusDuration(pub String);

impl Read for PrometheusDuration {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| {
            if is_duration(text) {
                Ok(Self(text.to_owned()))
            } else {
                Err(format!("must be a duration such as `5m`, not `{text}`"))
            }
        })
    }

    fn shape() -> crate::shape::Shape {
        crate::shape::Shape::Text {
            format: "prometheus-duration",
            about: "numbers with `y`, `w`, `d`, `h`, `m`, `s` or `ms`, the greatest first",
            example: "5m",
        }
    }
}

const UNITS: [&str; 7] = ["y", "w", "d", "h", "m", "s", "ms"];

fn is_duration(text: &str) -> bool {
    if text == "0" {
        return true;
    }
    let mut rest = text;
    let mut next = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let letters = rest[digits..].trim_start_matches(|c: char| c.is_ascii_lowercase());
        let unit = &rest[digits..rest.len() - letters.len()];
        let Some(at) = UNITS.iter().skip(next).position(|known| *known == unit) else {
            return false;
        };
        if digits == 0 {
            return false;
        }
        next += at + 1;
        rest = letters;
    }
    !text.is_empty()
}

/// Reads a file of own rules; what is wrong with it is said with the line.
pub fn read_rules(text: &str) -> Result<RuleFile, Vec<RuleProblem>> {
    let mut sources = Sources::default();
    let file = sources.add("rules", text);
    let (documents, mut report) = yaml::parse(&sources, file);
    let [document] = documents.as_slice() else {
        let problems = problems(&sources, &report);
        return Err(if problems.is_empty() {
            vec![RuleProblem {
                line: 1,
                message: format!("must be one YAML document, not {}", documents.len()),
                help: None,
            }]
        } else {
            problems
        });
    };
    if document.get("apiVersion").is_some() && !report.has_errors() {
        return Ok(RuleFile::Grafana);
    }
    let read = RuleGroups::read(document, &mut Reader::new(&mut report));
    let groups = read.map(|read| read.groups).unwrap_or_default();
    let mut problems = problems(&sources, &report);
    check(&groups, document, &mut |node, message, help| {
        problems.push(RuleProblem {
            line: sources.position(node.span).line,
            message,
            help: Some(help.to_owned()),
        });
    });
    problems.sort_by_key(|problem| problem.line);
    if problems.is_empty() {
        Ok(RuleFile::Prometheus(groups))
    } else {
        Err(problems)
    }
}

fn problems(sources: &Sources, report: &Report) -> Vec<RuleProblem> {
    let errors = report
        .diagnostics()
        .iter()
        .filter(|finding| finding.severity == crate::diagnostic::Severity::Error);
    let problem = |finding: &crate::diagnostic::Diagnostic| RuleProblem {
        line: finding.span.map_or(1, |span| sources.position(span).line),
        message: finding.message.clone(),
        help: finding.help.as_ref().map(ToString::to_string),
    };
    errors.map(problem).collect()
}

type Say<'a> = dyn FnMut(&Node, String, &str) + 'a;

/// What the types of the fields do not say.
fn check(groups: &[RuleGroup], document: &Node, say: &mut Say<'_>) {
    let nodes = list(document.get("groups"));
    let mut names = BTreeSet::new();
    for (group, node) in groups.iter().zip(nodes) {
        if !names.insert(group.name.as_str()) {
            let message = format!("there are two groups `{}`", group.name);
            say(node, message, "give each group a name of its own");
        }
        for (rule, node) in group.rules.iter().zip(list(node.get("rules"))) {
            check_rule(rule, node, say);
        }
    }
}

fn list(node: Option<&Node>) -> &[Node] {
    node.and_then(Node::as_list).unwrap_or_default()
}

fn check_rule(rule: &OwnRule, node: &Node, say: &mut Say<'_>) {
    match (&rule.alert, &rule.record) {
        (Some(_), None) => {}
        (None, Some(record)) => {
            let is_alerting = rule.lasting.is_some()
                || rule.keep_firing_for.is_some()
                || !rule.annotations.is_empty();
            if is_alerting {
                let message =
                    format!("`{record}` is recorded, so it has no `for` and no annotations");
                say(
                    node,
                    message,
                    "remove them, or write `alert` instead of `record`",
                );
            }
        }
        _ => {
            let message = "a rule is either an `alert` or a `record`".to_owned();
            say(node, message, "write one of them");
        }
    }
    if let Err(problem) = brackets(rule.expr.as_str()) {
        let at = node.get("expr").unwrap_or(node);
        say(
            at,
            format!("the expression {problem}"),
            "`promtool check rules` says more",
        );
    }
}

/// Checks that brackets and quotes of an expression are closed.
fn brackets(expression: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut characters = expression.chars();
    while let Some(c) = characters.next() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => {
                return Err(format!("has a `{c}` that closes nothing"));
            }
            '"' | '\'' | '`' => quoted(c, &mut characters)?,
            '#' => drop(characters.find(|c| *c == '\n')),
            _ => {}
        }
    }
    match open.pop() {
        Some(missing) => Err(format!("lacks a `{missing}`")),
        None if expression.trim().is_empty() => Err("is empty".to_owned()),
        None => Ok(()),
    }
}

fn quoted(quote: char, characters: &mut std::str::Chars<'_>) -> Result<(), String> {
    while let Some(c) = characters.next() {
        if c == quote {
            return Ok(());
        }
        if c == '\\' && quote != '`' {
            characters.next();
        }
    }
    Err(format!("has a {quote} that is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(text: &str) -> Vec<String> {
        let problems = read_rules(text).unwrap_err();
        let line = |problem: &RuleProblem| format!("{}: {}", problem.line, problem.message);
        problems.iter().map(line).collect()
    }

    #[test]
    fn a_rule_file_is_read() {
        let text = "groups:\n  - name: a\n    interval: 1m\n    rules:\n      - alert: Down\n        expr: up{job=\"a)\"} == 0 # not (closed\n        for: 1h30m\n        labels: { severity: critical }\n      - record: a:b\n        expr: 1\n";
        let RuleFile::Prometheus(groups) = read_rules(text).unwrap() else {
            panic!("must be Prometheus'")
        };
        assert_eq!(groups[0].rules[0].alert.as_deref(), Some("Down"));
        assert_eq!(groups[0].rules[1].expr.as_str(), "1");
        assert_eq!(
            read_rules("groups: []").unwrap(),
            RuleFile::Prometheus(vec![])
        );
    }

    #[test]
    fn what_grafana_provisions_is_kept() {
        let text = "apiVersion: 1\ngroups:\n  - orgId: 1\n    name: a\n    folder: b\n";
        assert_eq!(read_rules(text).unwrap(), RuleFile::Grafana);
    }

    #[test]
    fn everything_wrong_is_said_with_its_line() {
        let text = "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: sum(up\n      - alert: B\n        record: c\n        expr: up\n      - alert: C\n        exp: up\n        expr: up]\n        for: 5 minutes\n  - name: a\n    rules:\n      - record: d\n        expr: '\"x'\n        for: 5m\n";
        assert_eq!(
            problems_of(text),
            [
                "10: unknown key `groups[0].rules[2].exp`",
                "12: `groups[0].rules[2].for` must be a duration such as `5m`, not `5 minutes`",
            ]
        );
        let text = text
            .replace("        exp: up\n", "")
            .replace("5 minutes", "5m");
        assert_eq!(
            problems_of(&text),
            [
                "5: the expression lacks a `)`",
                "6: a rule is either an `alert` or a `record`",
                "10: the expression has a `]` that closes nothing",
                "12: there are two groups `a`",
                "14: `d` is recorded, so it has no `for` and no annotations",
                "15: the expression has a \" that is not closed",
            ]
        );
        assert_eq!(problems_of("a: [").len(), 1);
        assert_eq!(problems_of(""), ["1: must be one YAML document, not 0"]);
    }

    #[test]
    fn durations_are_those_of_prometheus() {
        for (text, expected) in [
            ("5m", true),
            ("1h30m", true),
            ("1d", true),
            ("100ms", true),
            ("0", true),
            ("30m1h", false),
            ("1.5h", false),
            ("m", false),
            ("5", false),
            ("", false),
        ] {
            assert_eq!(is_duration(text), expected, "{text}");
        }
    }
}
