//! What rules find in declarations and objects.

use std::cell::OnceCell;

use serde_json::Value as Json;
use steading_model::application::Application;
use steading_model::estate::SeverityLevel;
use steading_model::policy::{ApplicationMatch, ObjectMatch};
use steading_model::{Code, FieldPath, Object, Severity, Span};

use super::call::Functions;
use super::codes::{AGAINST_OWN_RULE, NOT_EVALUATED, TOO_LARGE};
use super::compile::{ENVIRONMENT, ESTATE, Policies, Policy, Validation};
use super::evaluate::{Evaluation, Outcome, Variables};
use super::expression::Expression;
use super::failure::Failure;
use super::subject;
use super::value::Value;
use crate::rule::{Finding, Run};

/// What a rule found.
pub(crate) struct Found<'p> {
    /// The rule's name.
    pub(crate) name: &'p str,
    /// How bad it is where the estate does not say otherwise.
    pub(crate) severity: Severity,
    pub(crate) code: Code,
    pub(crate) finding: Finding,
}

/// What a rule looks at.
struct Looked<'a> {
    /// What it is, in words.
    title: String,
    /// Where findings point at.
    span: Span,
    /// What expressions see.
    given: Vec<(&'static str, Value<'a>)>,
    application: usize,
}

impl Policies {
    /// Returns what the rules find, in the order of the rules.
    pub(crate) fn find<'p>(&'p self, run: &Run<'_>) -> Vec<Found<'p>> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let functions = Functions::new();
        // A declaration is made a value once, and only where a rule asks for it.
        let declarations: Vec<OnceCell<Json>> = vec![OnceCell::new(); run.applications.len()];
        let mut found = Vec::new();
        for policy in &self.all {
            let variables = policy.variables();
            let matching = &policy.rule.fields.matching;
            for (at, application) in run.subjects() {
                let mut look = |looked| policy.check(looked, &functions, &variables, &mut found);
                match (&matching.objects, &matching.application) {
                    (Some(objects), _) => run
                        .objects(application)
                        .iter()
                        .filter(|object| is_about(objects, object, application))
                        .for_each(|object| look(object_of(run, at, application, object))),
                    (None, Some(chosen)) if is_chosen(chosen, application) => {
                        let json =
                            declarations[at].get_or_init(|| subject::json(application, run.estate));
                        look(declaration_of(run, at, application, json, policy));
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

impl Policy {
    fn variables(&self) -> Variables<'_> {
        let variables = self.variables.iter();
        variables
            .map(|(name, expression)| (name.as_str(), &expression.tree))
            .collect()
    }

    fn check<'p>(
        &'p self,
        looked: Looked<'_>,
        functions: &Functions,
        variables: &Variables<'p>,
        found: &mut Vec<Found<'p>>,
    ) {
        let Looked {
            title,
            span,
            given,
            application,
        } = looked;
        let evaluation = Evaluation::new(functions, given, variables);
        for validation in &self.validations {
            let outcome = evaluation.value(&validation.expression.tree);
            if let Some((code, finding)) =
                self.judged(validation, outcome, &evaluation, (&title, span))
            {
                found.push(Found {
                    name: self.rule.name.as_str(),
                    severity: self.severity(),
                    code,
                    finding: finding.of(application),
                });
            }
        }
    }

    fn severity(&self) -> Severity {
        match self.rule.severity() {
            SeverityLevel::Error => Severity::Error,
            SeverityLevel::Warning | SeverityLevel::Off => Severity::Warning,
        }
    }

    fn judged<'p>(
        &'p self,
        validation: &'p Validation,
        outcome: Outcome<'_>,
        evaluation: &Evaluation<'p>,
        (title, span): (&str, Span),
    ) -> Option<(Code, Finding)> {
        let name = &self.rule.name;
        let expression = &validation.expression;
        match outcome.map(|value| value.as_boolean()) {
            Ok(Some(true)) => None,
            Ok(Some(false)) => {
                let message = message(validation, evaluation);
                let finding = Finding::new(span, format!("{message} (`{name}`): {title}"))
                    .label(expression.span, format!("why: {}", self.rule.fields.why));
                Some((
                    AGAINST_OWN_RULE,
                    match &validation.help {
                        Some(help) => finding.help(help.clone()),
                        None => finding,
                    },
                ))
            }
            Ok(None) => {
                let finding = self.unevaluated(span, "its value is no boolean", title, expression);
                Some((NOT_EVALUATED, finding))
            }
            Err(failure) => {
                let code = match failure {
                    Failure::Steps => TOO_LARGE,
                    _ => NOT_EVALUATED,
                };
                let finding = self.unevaluated(span, &failure.to_string(), title, expression);
                Some((code, finding.help(help(&failure))))
            }
        }
    }

    fn unevaluated(
        &self,
        span: Span,
        problem: &str,
        title: &str,
        expression: &Expression,
    ) -> Finding {
        let name = &self.rule.name;
        let message = format!("`{name}` cannot be evaluated, {problem}: {title}");
        Finding::new(span, message).label(expression.span, "in this expression")
    }
}

fn help(failure: &Failure) -> String {
    match failure {
        Failure::Missing(field) => format!(
            "ask `has(….{field})` first, or read it with `.?{field}` and `orValue(…)`: what is not written may be filled in by the API server"
        ),
        Failure::Steps => "go over fewer items, or over each list once".to_owned(),
        _ => "ask first what the value is, such as with `has(…)` or `isQuantity(…)`".to_owned(),
    }
}

fn message<'p>(validation: &'p Validation, evaluation: &Evaluation<'p>) -> String {
    let computed = validation
        .message_expression
        .as_ref()
        .and_then(|expression| {
            let value = evaluation.value(&expression.tree).ok()?;
            let text = value.as_text()?.trim().to_owned();
            (!text.is_empty() && !text.contains(['\n', '\r'])).then_some(text)
        });
    computed
        .or_else(|| validation.message.clone())
        .unwrap_or_else(|| format!("failed expression: {}", validation.expression.text.trim()))
}

fn is_about(objects: &ObjectMatch, object: &Object, application: &Application) -> bool {
    let is_kind = objects.kinds.iter().any(|kind| {
        object.id.kind.is(kind.group(), kind.kind()) && object.api_version() == kind.api_version()
    });
    let namespace = object.id.namespace.as_deref();
    is_kind
        && (objects.namespaces.is_empty()
            || objects
                .namespaces
                .iter()
                .any(|known| Some(known.as_str()) == namespace))
        && (objects.environments.is_empty()
            || objects.environments.contains(&application.environment))
        && objects
            .labels
            .iter()
            .all(|(key, value)| object.label(key) == Some(value.as_str()))
}

fn is_chosen(chosen: &ApplicationMatch, application: &Application) -> bool {
    let ApplicationMatch {
        names,
        tiers,
        environments,
    } = chosen;
    (names.is_empty() || names.contains(&application.name))
        && (tiers.is_empty() || tiers.contains(&application.tier))
        && (environments.is_empty() || environments.contains(&application.environment))
}

fn common<'a>(run: &'a Run<'_>, application: &'a Application) -> [(&'static str, Value<'a>); 2] {
    [
        (ESTATE, Value::text(run.estate.name.as_str())),
        (ENVIRONMENT, Value::text(application.environment.as_str())),
    ]
}

fn object_of<'a>(
    run: &'a Run<'_>,
    at: usize,
    application: &'a Application,
    object: &'a Object,
) -> Looked<'a> {
    let mut given = vec![("object", Value::of(&object.json))];
    given.extend(common(run, application));
    Looked {
        title: object.id.to_string(),
        span: object
            .span
            .unwrap_or_else(|| application.span(&FieldPath::default())),
        given,
        application: at,
    }
}

fn declaration_of<'a>(
    run: &'a Run<'_>,
    at: usize,
    application: &'a Application,
    json: &'a Json,
    policy: &Policy,
) -> Looked<'a> {
    let mut given = vec![("application", Value::of(json))];
    given.extend(common(run, application));
    Looked {
        title: format!("{} in {}", application.name, application.environment),
        span: subject::span(application, policy),
        given,
        application: at,
    }
}
