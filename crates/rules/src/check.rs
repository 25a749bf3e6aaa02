//! All rules over everything, built-in ones and the estate's own: severities and waivers applied.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;
use steading_model::application::{Application, Waiver};
use steading_model::estate::{Estate, SeverityLevel};
use steading_model::read::nearest;
use steading_model::{Code, Desired, Diagnostic, FieldPath, Report, Severity, Span};

use crate::policy::{Found, Policies};
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
    /// How much each of the estate's own rules found, by its name; what is waived counts too.
    pub own: BTreeMap<String, usize>,
}

/// A finding that a waiver lets pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Waived {
    /// The rule.
    pub rule: String,
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

/// Checks all rules, and objects against the schemas of Kubernetes. Without `today` no waiver expires.
///
/// With names in `only`, what is found by looking at one application is found for those alone; what concerns several is found for all.
pub fn check(
    estate: &Estate,
    applications: &[Application],
    desired: &[Desired],
    policies: &Policies,
    catalog: &Catalog,
    today: Option<Date>,
    only: &BTreeSet<String>,
) -> Outcome {
    let run = Run::new(estate, applications, desired, only);
    let mut judge = Judge {
        run: &run,
        today,
        outcome: Outcome::default(),
        used: BTreeSet::new(),
        severities: severities(estate, policies),
        own: policies.names().collect(),
    };
    let subjects: Vec<&Desired> = desired
        .iter()
        .filter(|desired| run.is_subject(desired.application.as_str()))
        .collect();
    let found: Vec<Vec<Finding>> = RULES.par_iter().map(|rule| judge.found(rule)).collect();
    for (rule, found) in RULES.iter().zip(found) {
        for finding in found {
            judge.finding((*rule).into(), finding);
        }
    }
    judge.own_rules(policies);
    judge.waivers();
    judge
        .outcome
        .report
        .extend(schema::check(catalog, applications, &subjects));
    judge.outcome
}

/// What the estate says about the severity of rules.
fn severities<'a>(estate: &'a Estate, policies: &'a Policies) -> BTreeMap<&'a str, SeverityLevel> {
    let said = estate.fields.rules.iter();
    let named = said.filter_map(|(name, level)| {
        let own = || policies.names().find(|own| *own == name.as_str());
        let name = find(name.as_str()).map(|rule| rule.name).or_else(own)?;
        Some((name, level.severity))
    });
    named.collect()
}

/// What a finding needs to know about its rule.
#[derive(Clone, Copy)]
struct Named<'r> {
    code: Code,
    name: &'r str,
    severity: Severity,
}

impl<'r> From<&'r Rule> for Named<'r> {
    fn from(rule: &'r Rule) -> Self {
        Self {
            code: rule.code,
            name: rule.name,
            severity: rule.severity,
        }
    }
}

struct Judge<'a> {
    run: &'a Run<'a>,
    today: Option<Date>,
    outcome: Outcome,
    /// The places of waivers that let something pass.
    used: BTreeSet<Span>,
    severities: BTreeMap<&'a str, SeverityLevel>,
    /// The names of the estate's own rules.
    own: BTreeSet<&'a str>,
}

impl Judge<'_> {
    /// Returns what a rule finds.
    fn found(&self, rule: &Rule) -> Vec<Finding> {
        if self.severities.get(rule.name) == Some(&SeverityLevel::Off) {
            return Vec::new();
        }
        match rule.check {
            Check::Application(check) => {
                let found = self.run.subjects().flat_map(|(at, application)| {
                    let found = check(&self.run.subject(application));
                    found.into_iter().map(move |finding| finding.of(at))
                });
                found.collect()
            }
            Check::Together(check) => check(self.run),
            Check::Estate(check) => check(self.run.estate),
            Check::Waivers => Vec::new(),
        }
    }

    fn own_rules(&mut self, policies: &Policies) {
        for found in policies.find(self.run) {
            let Found {
                name,
                severity,
                code,
                finding,
            } = found;
            *self.outcome.own.entry(name.to_owned()).or_default() += 1;
            if self.severities.get(name) == Some(&SeverityLevel::Off) {
                continue;
            }
            let rule = Named {
                code,
                name,
                severity,
            };
            self.finding(rule, finding);
        }
    }

    fn finding(&mut self, rule: Named<'_>, finding: Finding) {
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

    fn diagnostic(&self, rule: Named<'_>, finding: Finding) -> Diagnostic {
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
    fn waiver<'w>(
        &self,
        rule: Named<'_>,
        application: &'w Application,
    ) -> Option<(Span, &'w Waiver)> {
        let (path, waiver) = holding(rule.name, application, self.today)?;
        Some((application.span(&path.key("rule")), waiver))
    }

    fn is_known(&self, name: &str) -> bool {
        find(name).is_some() || self.own.contains(name)
    }

    fn waivers(&mut self) {
        let mut found = Vec::new();
        for (_, application) in self.run.subjects() {
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
            .filter(|name| !self.is_known(name.as_str()))
        {
            let span = self.run.estate.tree.key_span_at(&rules.key(name.as_str()));
            found.push((&unknown_rule::RULE, self.unknown(name.as_str(), span)));
        }
        for (rule, finding) in found {
            if self.severities.get(rule.name) != Some(&SeverityLevel::Off) {
                let diagnostic = self.diagnostic(rule.into(), finding);
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
        if !self.is_known(name) {
            return Some((&unknown_rule::RULE, self.unknown(name, span)));
        }
        let until = waiver.until.as_ref();
        if let Some(until) = until.filter(|_| is_expired(waiver, self.today)) {
            let message = format!("the waiver of `{name}` ended on {}", until.as_str());
            let finding = Finding::new(application.span(&path.key("until")), message);
            return Some((
                &waiver_expired::RULE,
                finding.help("mend what it is about, or set a later day with the reason why"),
            ));
        }
        // One that several share may be of use to those that are not looked at.
        let is_shared = span.file != application.tree.span.file;
        if self.used.contains(&span) || is_shared && self.run.is_partial() {
            return None;
        }
        let message = format!("nothing here is against `{name}`");
        Some((
            &waiver_unused::RULE,
            Finding::new(span, message).help("remove the waiver"),
        ))
    }

    fn unknown(&self, name: &str, span: Span) -> Finding {
        let built_in = RULES.iter().map(|rule| rule.name);
        let known: Vec<&str> = built_in.chain(self.own.iter().copied()).collect();
        let finding = Finding::new(span, format!("there is no rule `{name}`"));
        match nearest(name, &known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("`steading rules` lists all"),
        }
    }
}

/// Returns the applications that waive a rule today, as environment and name, in order.
pub(crate) fn waived_by(
    rule: &str,
    applications: &[Application],
    today: Option<Date>,
) -> Vec<(String, String)> {
    let waive = applications
        .iter()
        .filter(|application| holding(rule, application, today).is_some());
    let named: BTreeSet<(String, String)> = waive
        .map(|application| {
            (
                application.environment.to_string(),
                application.name.to_string(),
            )
        })
        .collect();
    named.into_iter().collect()
}

/// Returns the waiver of a rule that holds in an application.
fn holding<'w>(
    rule: &str,
    application: &'w Application,
    today: Option<Date>,
) -> Option<(FieldPath, &'w Waiver)> {
    let names = |waiver: &Waiver| {
        let named = waiver.rule.as_str();
        find(named).map_or(named, |built_in| built_in.name) == rule
    };
    waivers(application).find(|(_, waiver)| names(waiver) && !is_expired(waiver, today))
}

fn is_expired(waiver: &Waiver, today: Option<Date>) -> bool {
    let until = waiver
        .until
        .as_ref()
        .map(steading_model::name::UntilDate::date);
    matches!((today, until), (Some(today), Some(until)) if today > until)
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
    rule: Named<'_>,
    application: &Application,
    waiver: &Waiver,
    finding: Diagnostic,
) -> Waived {
    Waived {
        rule: rule.name.to_owned(),
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
