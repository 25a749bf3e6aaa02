//! Evaluates expressions, as the API server does.
//!
//! The parser, and the functions of Kubernetes, are those of `kube-cel`. What joins them is ours, because the evaluator below `kube-cel`
//! differs from the API server where rules are decided (errors within `exists`, `1 == 1.0`, optional fields, the size of text), copies
//! whole objects, and cannot be stopped. This one counts its steps and stops at [`STEPS`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use kube_cel::cel;
use kube_cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, ListExpr, LiteralValue, MapExpr,
    SelectExpr, operators,
};

use super::call::Functions;
use super::failure::Failure;
use super::operator;
use super::value::Value;

/// How many steps an expression may take on one object: as many as the API server allows.
pub(super) const STEPS: u32 = 1_000_000;
/// The name under which the variables of a rule are.
pub(super) const VARIABLES: &str = "variables";

/// What an expression comes to.
pub(super) type Outcome<'a> = Result<Value<'a>, Failure>;

/// The variables of a rule, with the expression of each.
pub(super) type Variables<'a> = BTreeMap<&'a str, &'a IdedExpr>;

/// The evaluation of a rule's expressions on one object.
pub(super) struct Evaluation<'a> {
    functions: &'a Functions,
    /// What expressions see, by name.
    given: Vec<(&'static str, Value<'a>)>,
    variables: &'a Variables<'a>,
    /// The variables that were needed so far.
    known: RefCell<BTreeMap<&'a str, Outcome<'a>>>,
    steps: Cell<u32>,
}

/// A name that is bound within an expression, with what it stands for: for what a loop gathers that may be a failure.
pub(super) struct Scope<'s, 'a> {
    name: &'s str,
    value: Outcome<'a>,
    outer: Option<&'s Scope<'s, 'a>>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(
        functions: &'a Functions,
        given: Vec<(&'static str, Value<'a>)>,
        variables: &'a Variables<'a>,
    ) -> Self {
        Self {
            functions,
            given,
            variables,
            known: RefCell::default(),
            steps: Cell::new(0),
        }
    }

    /// Evaluates one expression; each has the steps for itself.
    pub(super) fn value(&self, expression: &'a IdedExpr) -> Outcome<'a> {
        self.steps.set(0);
        self.eval(expression, None)
    }

    fn eval(&self, expression: &'a IdedExpr, scope: Option<&Scope<'_, 'a>>) -> Outcome<'a> {
        self.charge(1)?;
        match &expression.expr {
            Expr::Literal(literal) => Ok(Value::Plain(scalar(literal))),
            Expr::Ident(name) => self.name(name, scope),
            Expr::Select(select) => self.select(select, scope),
            Expr::Call(call) => self.call(call, scope),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension, scope),
            Expr::List(list) => self.list(list, scope),
            Expr::Map(map) => self.map(map, scope),
            Expr::Struct(made) => Err(Failure::Unknown(made.type_name.clone())),
            Expr::Unspecified => Err(Failure::Unknown(String::new())),
        }
    }

    /// Counts steps.
    pub(super) fn charge(&self, steps: usize) -> Result<(), Failure> {
        let steps = u32::try_from(steps).unwrap_or(STEPS);
        let sum = self.steps.get().saturating_add(steps);
        self.steps.set(sum);
        if sum > STEPS {
            return Err(Failure::Steps);
        }
        Ok(())
    }

    fn name(&self, name: &str, mut scope: Option<&Scope<'_, 'a>>) -> Outcome<'a> {
        while let Some(inner) = scope {
            if inner.name == name {
                return inner.value.clone();
            }
            scope = inner.outer;
        }
        let given = self.given.iter().find(|(known, _)| *known == name);
        given
            .map(|(_, value)| value.clone())
            .ok_or_else(|| Failure::Unknown(name.to_owned()))
    }

    fn select(&self, select: &'a SelectExpr, scope: Option<&Scope<'_, 'a>>) -> Outcome<'a> {
        let SelectExpr {
            operand,
            field,
            test,
        } = select;
        if matches!(&operand.expr, Expr::Ident(name) if name == VARIABLES) {
            return self.variable(field);
        }
        let operand = self.eval(operand, scope)?;
        let key = Value::text(field);
        if *test {
            return match &operand {
                Value::Optional(None) => Ok(Value::boolean(false)),
                Value::Optional(Some(inner)) => {
                    operator::find(inner, &key).map(|found| Value::boolean(found.is_some()))
                }
                value => operator::find(value, &key).map(|found| Value::boolean(found.is_some())),
            };
        }
        operator::part(&operand, &key)
    }

    fn variable(&self, name: &str) -> Outcome<'a> {
        let (name, expression) = self
            .variables
            .get_key_value(name)
            .ok_or_else(|| Failure::Unknown(format!("{VARIABLES}.{name}")))?;
        if let Some(known) = self.known.borrow().get(*name) {
            return known.clone();
        }
        let value = self.eval(expression, None);
        self.known.borrow_mut().insert(*name, value.clone());
        value
    }

    fn call(&self, call: &'a CallExpr, scope: Option<&Scope<'_, 'a>>) -> Outcome<'a> {
        let CallExpr {
            func_name,
            target,
            args,
        } = call;
        match (func_name.as_str(), args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => self.decide(left, right, false, scope),
            (operators::LOGICAL_OR, [left, right]) => self.decide(left, right, true, scope),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let condition = self.eval(condition, scope)?;
                match condition.as_boolean() {
                    Some(true) => self.eval(yes, scope),
                    Some(false) => self.eval(no, scope),
                    None => Err(not_boolean(&condition)),
                }
            }
            (operators::NOT_STRICTLY_FALSE, [value]) => {
                let value = self.eval(value, scope);
                let is_false = value.is_ok_and(|value| value.as_boolean() == Some(false));
                Ok(Value::boolean(!is_false))
            }
            (name, _) => {
                let (target, name) = match target {
                    None => (None, name.to_owned()),
                    Some(target) => match self.functions.qualified(target, name) {
                        Some(qualified) => (None, qualified),
                        None => (Some(self.eval(target, scope)?), name.to_owned()),
                    },
                };
                let arguments: Vec<Value<'a>> = args
                    .iter()
                    .map(|argument| self.eval(argument, scope))
                    .collect::<Result<_, _>>()?;
                match operator::apply(&name, target.as_ref(), &arguments, self) {
                    Some(outcome) => outcome,
                    None => self
                        .functions
                        .call(&name, target.as_ref(), &arguments, self),
                }
            }
        }
    }

    /// Evaluates `&&` (decided by false) and `||` (decided by true): a failure on one side counts only where the other does not decide.
    fn decide(
        &self,
        left: &'a IdedExpr,
        right: &'a IdedExpr,
        decisive: bool,
        scope: Option<&Scope<'_, 'a>>,
    ) -> Outcome<'a> {
        let truth = |outcome: Outcome<'a>| -> Result<bool, Failure> {
            let value = outcome?;
            value.as_boolean().ok_or_else(|| not_boolean(&value))
        };
        let left = truth(self.eval(left, scope));
        if left == Ok(decisive) {
            return Ok(Value::boolean(decisive));
        }
        let right = truth(self.eval(right, scope));
        if right == Ok(decisive) {
            return Ok(Value::boolean(decisive));
        }
        left?;
        right?;
        Ok(Value::boolean(!decisive))
    }

    fn comprehension(
        &self,
        comprehension: &'a ComprehensionExpr,
        scope: Option<&Scope<'_, 'a>>,
    ) -> Outcome<'a> {
        let ComprehensionExpr {
            iter_range,
            iter_var,
            iter_var2: _,
            accu_var,
            accu_init,
            loop_cond,
            loop_step,
            result,
        } = comprehension;
        let items = operator::iterated(&self.eval(iter_range, scope)?)?;
        let gathered = |value| Scope {
            name: accu_var,
            value,
            outer: scope,
        };
        let mut so_far = gathered(self.eval(accu_init, scope));
        for item in items {
            let goes_on = self.eval(loop_cond, Some(&so_far))?;
            if goes_on.as_boolean() != Some(true) {
                break;
            }
            let inner = Scope {
                name: iter_var,
                value: Ok(item),
                outer: Some(&so_far),
            };
            let next = self.eval(loop_step, Some(&inner));
            if matches!(next, Err(Failure::Steps)) {
                return next;
            }
            so_far = gathered(next);
        }
        self.eval(result, Some(&so_far))
    }

    fn list(&self, list: &'a ListExpr, scope: Option<&Scope<'_, 'a>>) -> Outcome<'a> {
        let mut items = Vec::with_capacity(list.elements.len());
        for (at, element) in list.elements.iter().enumerate() {
            let item = self.eval(element, scope)?;
            match (list.optional_indices.contains(&at), item) {
                (false, item) => items.push(item),
                (true, Value::Optional(Some(item))) => items.push((*item).clone()),
                (true, Value::Optional(None)) => {}
                (true, other) => return Err(not_optional(&other)),
            }
        }
        Ok(Value::list(items))
    }

    fn map(&self, map: &'a MapExpr, scope: Option<&Scope<'_, 'a>>) -> Outcome<'a> {
        let mut entries: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Err(Failure::Unknown("a struct".to_owned()));
            };
            let key = self.eval(&entry.key, scope)?;
            let value = match (entry.optional, self.eval(&entry.value, scope)?) {
                (false, value) => value,
                (true, Value::Optional(Some(value))) => (*value).clone(),
                (true, Value::Optional(None)) => continue,
                (true, other) => return Err(not_optional(&other)),
            };
            if entries.iter().any(|(known, _)| known.equals(&key)) {
                return Err(Failure::Types("a mapping has a key twice".to_owned()));
            }
            entries.push((key, value));
        }
        Ok(Value::Map(entries.into()))
    }
}

fn not_boolean(value: &Value<'_>) -> Failure {
    Failure::Types(format!("{} is no boolean", value.type_name()))
}

fn not_optional(value: &Value<'_>) -> Failure {
    Failure::Types(format!("{} is no optional value", value.type_name()))
}

fn scalar(literal: &LiteralValue) -> cel::Value {
    match literal {
        LiteralValue::Boolean(value) => cel::Value::Bool(*value.inner()),
        LiteralValue::Bytes(value) => cel::Value::Bytes(value.inner().to_vec().into()),
        LiteralValue::Double(value) => cel::Value::Float(*value.inner()),
        LiteralValue::Int(value) => cel::Value::Int(*value.inner()),
        LiteralValue::Null => cel::Value::Null,
        LiteralValue::String(value) => cel::Value::String(value.inner().to_owned().into()),
        LiteralValue::UInt(value) => cel::Value::UInt(*value.inner()),
    }
}
