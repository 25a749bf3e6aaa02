//! Reads the expressions of rules: everything that is wrong with them is found here, whether or not anything matches them.

use std::collections::BTreeMap;

use steading_model::estate::{Estate, SeverityLevel};
use steading_model::policy::{ObjectMatch, OwnRule, RuleMatch};
use steading_model::{Code, Diagnostic, FieldPath, Report, Sources, Span};

use super::codes::{BAD_EXPRESSION, BAD_RULE, NOT_ALIKE, RESERVED_RULE, TOO_LARGE, UNKNOWN_FIELD};
use super::evaluate::VARIABLES;
use super::expression::{Expression, Unreadable, names, place};
use super::fields::{Place, Places, declared, missing};
use super::names::{Known, Problem, problems};
use super::types::{self, Types};
use crate::registry::find;
use crate::schema::{Catalog, Origin};

/// What every expression sees beside `object` or `application`.
pub(super) const ESTATE: &str = "estate";
/// The environment's name.
pub(super) const ENVIRONMENT: &str = "environment";

/// The rules of an estate, ready to be evaluated.
#[derive(Default)]
pub struct Policies {
    pub(super) all: Vec<Policy>,
}

/// A rule.
pub(super) struct Policy {
    pub(super) rule: OwnRule,
    pub(super) variables: Vec<(String, Expression)>,
    pub(super) validations: Vec<Validation>,
    /// The resource of each kind, in the order of the kinds.
    pub(super) resources: Vec<String>,
}

/// Something that must hold.
pub(super) struct Validation {
    pub(super) expression: Expression,
    pub(super) message: Option<String>,
    pub(super) message_expression: Option<Expression>,
    pub(super) help: Option<String>,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Application,
    Objects,
}

impl Policies {
    /// Reads the expressions of all rules; a rule with something wrong in it is left out.
    pub fn compile(
        rules: &[OwnRule],
        estate: Option<&Estate>,
        sources: &Sources,
        catalog: &Catalog,
    ) -> (Self, Report) {
        let mut report = Report::default();
        let mut all = Vec::new();
        for rule in rules {
            let mut compiler = Compiler {
                rule,
                estate,
                sources,
                catalog,
                found: Vec::new(),
            };
            let policy = compiler.policy();
            if compiler.found.is_empty() {
                all.extend(policy);
            }
            compiler
                .found
                .into_iter()
                .for_each(|finding| report.push(finding));
        }
        (Self { all }, report)
    }

    /// Returns the names of all rules, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|policy| policy.rule.name.as_str())
    }
}

impl Policy {
    pub(super) fn subject(&self) -> Subject {
        subject(&self.rule.fields.matching)
    }
}

pub(super) fn subject(matching: &RuleMatch) -> Subject {
    match matching.objects {
        Some(_) => Subject::Objects,
        None => Subject::Application,
    }
}

/// A rule while it is read.
pub(super) struct Compiler<'a> {
    pub(super) rule: &'a OwnRule,
    pub(super) estate: Option<&'a Estate>,
    sources: &'a Sources,
    pub(super) catalog: &'a Catalog,
    found: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    fn policy(&mut self) -> Option<Policy> {
        self.name();
        self.matching();
        let resources = self.resources();
        let fields = &self.rule.fields;
        let mut given: BTreeMap<&str, Places<'_>> = BTreeMap::new();
        given.insert(ESTATE, Vec::new());
        given.insert(ENVIRONMENT, Vec::new());
        match subject(&fields.matching) {
            Subject::Application => given.insert("application", vec![declared()]),
            Subject::Objects => given.insert("object", self.places()),
        };
        let names: Vec<&'static str> = match subject(&fields.matching) {
            Subject::Application => vec!["application", ESTATE, ENVIRONMENT],
            Subject::Objects => vec!["object", ESTATE, ENVIRONMENT],
        };
        let mut scope = Scope {
            names,
            given,
            variables: BTreeMap::new(),
            types: BTreeMap::new(),
        };
        let path = self.rule.field("variables");
        let mut variables = Vec::new();
        for (at, variable) in fields.variables.iter().enumerate() {
            let path = path.index(at);
            self.variable_name(&variable.name, &path.key("name"), &scope);
            let read = self.expression(&variable.expression, &path.key("expression"), &scope);
            let places = read.map(|(expression, places)| {
                let of = types::of(&expression.tree, &scope.types);
                scope.types.insert(&variable.name, of);
                variables.push((variable.name.clone(), expression));
                places
            });
            scope
                .variables
                .insert(&variable.name, places.unwrap_or_default());
        }
        let validations = self.validations(&scope)?;
        Some(Policy {
            rule: self.rule.clone(),
            variables,
            validations,
            resources,
        })
    }

    fn name(&mut self) {
        let name = self.rule.name.as_str();
        if let Some(known) = find(name) {
            let message = format!("`{name}` is the name of a built-in rule");
            let help = format!(
                "give it another name; `steading rules {}` shows what that one checks",
                known.name
            );
            self.say(RESERVED_RULE, message, self.rule.name_span(), &help);
        }
    }

    pub(super) fn objects(&self) -> Option<&'a ObjectMatch> {
        self.rule.fields.matching.objects.as_ref()
    }

    /// Returns where the fields of objects are known from; nothing where one kind is known in part only.
    fn places(&self) -> Places<'a> {
        let kinds = self.objects().map_or(&[][..], |objects| &objects.kinds);
        let places = kinds.iter().map(|kind| {
            let known = self.catalog.find(&kind.api_version(), kind.kind())?;
            (known.origin != Origin::Own).then_some(Place::Object(known.root))
        });
        places.collect::<Option<_>>().unwrap_or_default()
    }

    fn variable_name(&mut self, name: &str, path: &FieldPath, scope: &Scope<'_>) {
        let span = self.rule.tree.span_at(path);
        let is_name = names(name)
            .first()
            .is_some_and(|found| found.text == name && found.at == 0);
        if !is_name {
            let message = format!("`{name}` is no name for a variable");
            self.say(BAD_RULE, message, span, "use letters, digits and `_`");
        } else if scope.names.contains(&name) || name == VARIABLES {
            let message = format!("`{name}` is the name of something that is given");
            self.say(BAD_RULE, message, span, "give the variable another name");
        } else if scope.variables.contains_key(name) {
            let message = format!("there are two variables `{name}`");
            self.say(BAD_RULE, message, span, "give one of them another name");
        }
    }

    pub(super) fn expression<'s>(
        &mut self,
        text: &str,
        path: &FieldPath,
        scope: &Scope<'s>,
    ) -> Option<(Expression, Places<'s>)> {
        let span = self.rule.tree.span_at(path);
        let expression = match Expression::read(text, span) {
            Ok(expression) => expression,
            Err(Unreadable::Long) => {
                let message = "the expression is longer than 4 KiB".to_owned();
                self.say(
                    TOO_LARGE,
                    message,
                    span,
                    "take parts of it into `variables`",
                );
                return None;
            }
            Err(Unreadable::Deep) => {
                let message = "the expression is nested too deeply".to_owned();
                self.say(
                    TOO_LARGE,
                    message,
                    span,
                    "take parts of it into `variables`",
                );
                return None;
            }
            Err(Unreadable::Syntax(problem, at)) => {
                let message = format!("the expression cannot be read: {problem}");
                let span = place(text, span, at, 1, self.sources);
                self.found
                    .push(Diagnostic::error(BAD_EXPRESSION, message).at(span));
                return None;
            }
        };
        let known = Known {
            given: &scope.names,
            variables: scope.variables.keys().copied().collect(),
        };
        for problem in problems(&expression.tree, &known) {
            self.problem(&expression, problem);
        }
        let (fields, places) = missing(&expression.tree, &scope.given, &scope.variables);
        for field in fields {
            let message = match subject(&self.rule.fields.matching) {
                Subject::Application => {
                    format!("declarations have no field `{}` there", field.name)
                }
                Subject::Objects => self.no_field(&field.name),
            };
            let span = expression.place_of(&field.name, true, self.sources);
            let finding = Diagnostic::error(UNKNOWN_FIELD, message).at(span);
            self.found.push(match field.near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
        }
        if let Some((one, other)) = types::unequal(&expression.tree, &scope.types) {
            let message = format!(
                "{} is never equal to {}, and the API server refuses to compare them",
                one.name(),
                other.name()
            );
            let help = "convert one of them, such as with `string(…)` or `int(…)`";
            self.say(NOT_ALIKE, message, span, help);
        }
        Some((expression, places))
    }

    fn no_field(&self, name: &str) -> String {
        match self.objects().map(|objects| objects.kinds.as_slice()) {
            Some([kind]) => format!("`{kind}` has no field `{name}` there"),
            _ => format!("none of the kinds has a field `{name}` there"),
        }
    }

    fn problem(&mut self, expression: &Expression, problem: Problem) {
        let Problem {
            code,
            message,
            help,
            name: (name, is_part),
        } = problem;
        let span = expression.place_of(&name, is_part, self.sources);
        let finding = Diagnostic::error(code, message).at(span);
        self.found.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }

    pub(super) fn say(&mut self, code: Code, message: String, span: Span, help: &str) {
        self.found.push(
            Diagnostic::error(code, message)
                .at(span)
                .help(help.to_owned()),
        );
    }
}

/// What the expressions of a rule can name, and what that may be.
pub(super) struct Scope<'s> {
    names: Vec<&'static str>,
    given: BTreeMap<&'s str, Places<'s>>,
    variables: BTreeMap<&'s str, Places<'s>>,
    pub(super) types: Types<'s>,
}

/// Returns the severity of a rule where the estate says what it is, else its own.
pub(super) fn severity(rule: &OwnRule, estate: &Estate) -> SeverityLevel {
    let said = estate.fields.rules.iter();
    let mut said = said.filter(|(name, _)| name.as_str() == rule.name.as_str());
    said.next()
        .map_or_else(|| rule.severity(), |(_, said)| said.severity)
}
