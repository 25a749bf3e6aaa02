//! All rules over everything: severities and waivers applied.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use steading_model::application::{Application, Waiver};
use steading_model::estate::{Estate, SeverityLevel};
use steading_model::read::nearest;
use steading_model::{Desired, Diagnostic, FieldPath, Report, Severity, Span};

use crate::registry::{RULES, find};
use crate::rule::{Check, Finding, Rule, Run};
use crate::rules::{unknown_rule, waiver_expired, waiver_unused};
use crate::schema::{self, Catalog};

/// What the rules say.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings that stand, not ordered yet.
    pub report: Report,
    /// The findings that a waiver lets pass.
    pub waived: Vec<Waived>,
}

/// A finding that a waiver lets pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Waived {
    /// The rule.
    pub rule: &'static str,
    /// The finding.
    pub finding: Diagnostic,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: String,
    /// Why it may pass.
    pub why: String,
    /// The last day on which it may.
    pub until: Option<Date>,
}

/// Checks all rules, and all objects against the schemas of Kubernetes. Without `today` no waiver expires.
pub fn check(
    estate: &Estate,
    applications: &[Application],
    desired: &[Desired],
    catalog: &Catalog,
    today: Option<Date>,
) -> Outcome {
    let run = Run::new(estate, applications, desired);
    let mut judge = Judge {
        run: &run,
        today,
        outcome: Outcome::default(),
        used: BTreeSet::new(),
        severities: severities(estate),
    };
    for rule in RULES {
        judge.rule(rule);
    }
    judge.waivers();
    judge
        .outcome
        .report
        .extend(schema::check(catalog, applications, desired));
    judge.outcome
}

/// What the estate says about the severity of rules.
fn severities(estate: &Estate) -> BTreeMap<&'static str, SeverityLevel> {
    let named = estate
        .fields
        .rules
        .iter()
        .filter_map(|(name, level)| Some((find(name.as_str())?.name, level.severity)));
    named.collect()
}

struct Judge<'a> {
    run: &'a Run<'a>,
    today: Option<Date>,
    outcome: Outcome,
    /// The places of waivers that let something pass.
    used: BTreeSet<Span>,
    severities: BTreeMap<&'static str, SeverityLevel>,
}

impl Judge<'_> {
    fn rule(&mut self, rule: &'static Rule) {
        if self.severities.get(rule.name) == Some(&SeverityLevel::Off) {
            return;
        }
        match rule.check {
            Check::Application(check) => {
                for (at, application) in self.run.applications.iter().enumerate() {
                    let found = check(&self.run.subject(application));
                    for finding in found {
                        self.finding(rule, finding.of(at));
                    }
                }
            }
            Check::Together(check) => check(self.run)
                .into_iter()
                .for_each(|finding| self.finding(rule, finding)),
            Check::Estate(check) => check(self.run.estate)
                .into_iter()
                .for_each(|finding| self.finding(rule, finding)),
            Check::Waivers => {}
        }
    }

    fn finding(&mut self, rule: &'static Rule, finding: Finding) {
        let application = finding.application.map(|at| &self.run.applications[at]);
        let diagnostic = self.diagnostic(rule, finding);
        let waiver = application.and_then(|application| self.waiver(rule, application));
        match (application, waiver) {
            (Some(application), Some((span, waiver))) => {
                self.used.insert(span);
                self.outcome
                    .waived
                    .push(waived(rule, application, waiver, diagnostic));
            }
            _ => self.outcome.report.push(diagnostic),
        }
    }

    fn diagnostic(&self, rule: &Rule, finding: Finding) -> Diagnostic {
        let Finding {
            span,
            message,
            labels,
            help,
            severity,
            application: _,
        } = finding;
        let severity = match self.severities.get(rule.name) {
            Some(SeverityLevel::Error) => Severity::Error,
            Some(SeverityLevel::Warning | SeverityLevel::Off) => Severity::Warning,
            None => severity.unwrap_or(rule.severity),
        };
        let mut diagnostic = Diagnostic::new(rule.code, severity, message).at(span);
        diagnostic.labels = labels;
        diagnostic.help = help;
        diagnostic
    }

    /// Returns the waiver that holds for a rule today, and its place.
    fn waiver<'w>(&self, rule: &Rule, application: &'w Application) -> Option<(Span, &'w Waiver)> {
        let names = |waiver: &Waiver| {
            find(waiver.rule.as_str()).is_some_and(|named| named.name == rule.name)
        };
        let found =
            waivers(application).find(|(_, waiver)| names(waiver) && !self.is_expired(waiver))?;
        Some((application.span(&found.0.key("rule")), found.1))
    }

    fn is_expired(&self, waiver: &Waiver) -> bool {
        let until = waiver
            .until
            .as_ref()
            .map(steading_model::name::UntilDate::date);
        matches!((self.today, until), (Some(today), Some(until)) if today > until)
    }

    fn waivers(&mut self) {
        let mut found = Vec::new();
        for application in self.run.applications {
            for (path, waiver) in waivers(application) {
                found.extend(self.judge_waiver(application, &path, waiver));
            }
        }
        let rules = FieldPath::default().key("spec").key("rules");
        for name in self
            .run
            .estate
            .fields
            .rules
            .keys()
            .filter(|name| find(name.as_str()).is_none())
        {
            let span = self.run.estate.tree.key_span_at(&rules.key(name.as_str()));
            found.push((&unknown_rule::RULE, unknown(name.as_str(), span)));
        }
        for (rule, finding) in found {
            if self.severities.get(rule.name) != Some(&SeverityLevel::Off) {
                let diagnostic = self.diagnostic(rule, finding);
                self.outcome.report.push(diagnostic);
            }
        }
    }

    fn judge_waiver(
        &self,
        application: &Application,
        path: &FieldPath,
        waiver: &Waiver,
    ) -> Option<(&'static Rule, Finding)> {
        let name = waiver.rule.as_str();
        let span = application.span(&path.key("rule"));
        if find(name).is_none() {
            return Some((&unknown_rule::RULE, unknown(name, span)));
        }
        if let Some(until) = waiver.until.as_ref().filter(|_| self.is_expired(waiver)) {
            let message = format!("the waiver of `{name}` ended on {}", until.as_str());
            let finding = Finding::new(application.span(&path.key("until")), message);
            return Some((
                &waiver_expired::RULE,
                finding.help("mend what it is about, or set a later day with the reason why"),
            ));
        }
        if self.used.contains(&span) {
            return None;
        }
        let message = format!("nothing here is against `{name}`");
        Some((
            &waiver_unused::RULE,
            Finding::new(span, message).help("remove the waiver"),
        ))
    }
}

fn waivers(application: &Application) -> impl Iterator<Item = (FieldPath, &Waiver)> {
    let path = application.field("waivers");
    application
        .fields
        .waivers
        .iter()
        .enumerate()
        .map(move |(at, waiver)| (path.index(at), waiver))
}

fn waived(
    rule: &'static Rule,
    application: &Application,
    waiver: &Waiver,
    finding: Diagnostic,
) -> Waived {
    Waived {
        rule: rule.name,
        finding,
        application: application.name.to_string(),
        environment: application.environment.to_string(),
        why: waiver.why.to_string(),
        until: waiver
            .until
            .as_ref()
            .map(steading_model::name::UntilDate::date),
    }
}

fn unknown(name: &str, span: Span) -> Finding {
    let known: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let finding = Finding::new(span, format!("there is no rule `{name}`"));
    match nearest(name, &known) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("`steading rules` lists all"),
    }
}
