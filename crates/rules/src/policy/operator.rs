//! Operators, and the functions that know optional values.

use std::cmp::Ordering;
use std::rc::Rc;

use kube_cel::cel;
use kube_cel::cel::common::ast::operators;

use super::evaluate::{Evaluation, Outcome};
use super::failure::Failure;
use super::value::{OtherType, Value};

/// Applies an operator or one of our own functions; `None` where it is neither.
pub(super) fn apply<'a>(
    name: &str,
    target: Option<&Value<'a>>,
    arguments: &[Value<'a>],
    evaluation: &Evaluation<'a>,
) -> Option<Outcome<'a>> {
    let ordered = |accept: fn(Ordering) -> bool| match arguments {
        [one, other] => Some(match one.order(other) {
            Some(order) => Ok(Value::boolean(accept(order))),
            None => Err(not_comparable(one, other)),
        }),
        _ => None,
    };
    match (name, target, arguments) {
        (operators::EQUALS, None, [one, other]) => Some(Ok(Value::boolean(one.equals(other)))),
        (operators::NOT_EQUALS, None, [one, other]) => Some(Ok(Value::boolean(!one.equals(other)))),
        (operators::LESS, None, _) => ordered(Ordering::is_lt),
        (operators::LESS_EQUALS, None, _) => ordered(Ordering::is_le),
        (operators::GREATER, None, _) => ordered(Ordering::is_gt),
        (operators::GREATER_EQUALS, None, _) => ordered(Ordering::is_ge),
        (operators::LOGICAL_NOT, None, [value]) => Some(match value.as_boolean() {
            Some(truth) => Ok(Value::boolean(!truth)),
            None => Err(Failure::Types(format!(
                "{} is no boolean",
                value.type_name()
            ))),
        }),
        (operators::IN, None, [item, whole]) => Some(within(item, whole)),
        (operators::INDEX, None, [whole, key]) => Some(part(whole, key)),
        (operators::OPT_INDEX | operators::OPT_SELECT, None, [whole, key]) => {
            Some(optional_part(whole, key))
        }
        (operators::ADD, None, [one, other]) => joined(one, other, evaluation),
        ("size", None, [value]) | ("size", Some(value), []) => Some(size(value)),
        ("dyn", None, [value]) => Some(Ok(value.clone())),
        _ => optional(name, target, arguments),
    }
}

fn optional<'a>(
    name: &str,
    target: Option<&Value<'a>>,
    arguments: &[Value<'a>],
) -> Option<Outcome<'a>> {
    match (name, target, arguments) {
        ("optional.none", None, []) => Some(Ok(Value::Optional(None))),
        ("optional.of", None, [value]) => Some(Ok(Value::some(value.clone()))),
        ("hasValue", Some(Value::Optional(inner)), []) => Some(Ok(Value::boolean(inner.is_some()))),
        ("value", Some(Value::Optional(inner)), []) => Some(match inner {
            Some(value) => Ok((**value).clone()),
            None => Err(Failure::Types("the optional value is not there".to_owned())),
        }),
        ("orValue", Some(Value::Optional(inner)), [other]) => Some(Ok(match inner {
            Some(value) => (**value).clone(),
            None => other.clone(),
        })),
        ("or", Some(Value::Optional(inner)), [other]) => Some(Ok(match inner {
            Some(_) => Value::Optional(inner.clone()),
            None => other.clone(),
        })),
        _ => None,
    }
}

fn size<'a>(value: &Value<'a>) -> Outcome<'a> {
    match value.size() {
        Some(size) => Ok(Value::Plain(cel::Value::Int(
            i64::try_from(size).unwrap_or(i64::MAX),
        ))),
        None => Err(Failure::Types(format!("{} has no size", value.type_name()))),
    }
}

fn not_comparable(one: &Value<'_>, other: &Value<'_>) -> Failure {
    Failure::Types(format!(
        "{} cannot be compared to {}",
        one.type_name(),
        other.type_name()
    ))
}

fn within<'a>(item: &Value<'a>, whole: &Value<'a>) -> Outcome<'a> {
    if let Some(items) = whole.items() {
        return Ok(Value::boolean(items.iter().any(|known| known.equals(item))));
    }
    match whole.get(item) {
        Ok(found) => Ok(Value::boolean(found.is_some())),
        Err(OtherType) => Err(Failure::Types(format!(
            "nothing can be in {}",
            whole.type_name()
        ))),
    }
}

/// Joins lists; other sums are left to the functions.
fn joined<'a>(
    one: &Value<'a>,
    other: &Value<'a>,
    evaluation: &Evaluation<'a>,
) -> Option<Outcome<'a>> {
    let (mut items, others) = (one.items()?, other.items()?);
    if let Err(failure) = evaluation.charge(items.len() + others.len()) {
        return Some(Err(failure));
    }
    items.extend(others);
    Some(Ok(Value::list(items)))
}

/// Returns what a comprehension goes over: the items of a list, the keys of a mapping.
pub(super) fn iterated<'a>(whole: &Value<'a>) -> Result<Vec<Value<'a>>, Failure> {
    let keys = || {
        let entries = whole.entries()?;
        Some(entries.into_iter().map(|(key, _)| key).collect())
    };
    whole
        .items()
        .or_else(keys)
        .ok_or_else(|| Failure::Types(format!("{} has no items to go over", whole.type_name())))
}

/// Returns a field, key or item; of an optional value it is optional too.
pub(super) fn part<'a>(whole: &Value<'a>, key: &Value<'a>) -> Outcome<'a> {
    if let Value::Optional(_) = whole {
        return optional_part(whole, key);
    }
    find(whole, key)?.ok_or_else(|| match key.as_text() {
        Some(name) => Failure::Missing(name.to_owned()),
        None => Failure::Beyond(match key {
            Value::Plain(cel::Value::Int(index)) => index.to_string(),
            _ => String::new(),
        }),
    })
}

fn optional_part<'a>(whole: &Value<'a>, key: &Value<'a>) -> Outcome<'a> {
    let found = match whole {
        Value::Optional(None) => None,
        Value::Optional(Some(inner)) => find(inner, key)?,
        whole => find(whole, key)?,
    };
    Ok(Value::Optional(found.map(Rc::new)))
}

/// Finds a field, key or item.
pub(super) fn find<'a>(whole: &Value<'a>, key: &Value<'a>) -> Result<Option<Value<'a>>, Failure> {
    if let Ok(found) = whole.get(key) {
        return Ok(found);
    }
    match (whole.items(), key) {
        (Some(mut items), Value::Plain(cel::Value::Int(index))) => {
            let at = usize::try_from(*index).ok();
            Ok(at
                .filter(|at| *at < items.len())
                .map(|at| items.swap_remove(at)))
        }
        _ => Err(Failure::Types(format!(
            "{} has no parts by {}",
            whole.type_name(),
            key.type_name()
        ))),
    }
}
