//! What a rule wants: its expressions and messages.

use steading_model::FieldPath;
use steading_model::policy::RuleValidation;

use super::codes::{BAD_RULE, NOT_ALIKE};
use super::compile::{Compiler, Scope, Subject, Validation, subject};
use super::expression::Expression;
use super::types::{self, Type};

impl Compiler<'_> {
    pub(super) fn validations(&mut self, scope: &Scope<'_>) -> Option<Vec<Validation>> {
        let declared = &self.rule.fields.validations;
        let path = self.rule.field("validations");
        if declared.is_empty() {
            let span = self.rule.tree.key_span_at(&path);
            self.say(
                BAD_RULE,
                "`spec.validations` says nothing".to_owned(),
                span,
                "write what must hold: `- { expression: …, message: … }`",
            );
        }
        let mut validations = Vec::new();
        for (at, validation) in declared.iter().enumerate() {
            let path = path.index(at);
            self.message(validation, &path);
            let expression =
                self.expression(&validation.expression, &path.key("expression"), scope);
            if let Some((expression, _)) = &expression {
                self.typed(expression, Type::Boolean, scope);
            }
            let message_expression = validation.message_expression.as_ref().map(|text| {
                let path = path.key("messageExpression");
                self.message_expression(&path);
                let (expression, _) = self.expression(text, &path, scope)?;
                self.typed(&expression, Type::Text, scope);
                Some(expression)
            });
            validations.push(expression.map(|(expression, _)| Validation {
                expression,
                message: validation.message.clone(),
                message_expression: message_expression.flatten(),
                help: validation.help.clone(),
            }));
        }
        validations.into_iter().collect()
    }

    fn message(&mut self, validation: &RuleValidation, path: &FieldPath) {
        match &validation.message {
            None if validation.message_expression.is_none() => {
                let span = self.rule.tree.key_span_at(&path.key("expression"));
                self.say(
                    BAD_RULE,
                    "nothing is said when this does not hold".to_owned(),
                    span,
                    "add `message`: what is wrong, in a few words",
                );
            }
            Some(message) if message.trim().is_empty() || message.contains(['\n', '\r']) => {
                let span = self.rule.tree.span_at(&path.key("message"));
                self.say(
                    BAD_RULE,
                    "a message is one line of text".to_owned(),
                    span,
                    "put what goes wrong into `why`, and what to do into `help`",
                );
            }
            _ => {}
        }
    }

    /// A message that is computed of a Secret could hold what is secret.
    fn message_expression(&mut self, path: &FieldPath) {
        let secrets = self.objects().is_some_and(|objects| {
            let mut kinds = objects.kinds.iter();
            kinds.any(|kind| kind.group_kind().is("", "Secret"))
        });
        if secrets {
            let span = self.rule.tree.key_span_at(path);
            self.say(
                BAD_RULE,
                "a message about a Secret could show its values".to_owned(),
                span,
                "write `message` instead",
            );
        }
    }

    /// The API server wants to know the type of a value beforehand; of what it does not see, it need not be known.
    fn typed(&mut self, expression: &Expression, wanted: Type, scope: &Scope<'_>) {
        let found = types::of(&expression.tree, &scope.types);
        let is_exported = subject(&self.rule.fields.matching) == Subject::Objects;
        if found == wanted || (found == Type::Unknown && !is_exported) {
            return;
        }
        let message = format!(
            "the value must be {}, and for all that is known it is {}",
            wanted.name(),
            found.name()
        );
        let help = match wanted {
            Type::Boolean => "compare it: `… == true`",
            _ => "make it text: `string(…)`",
        };
        self.say(NOT_ALIKE, message, expression.span, help);
    }
}
