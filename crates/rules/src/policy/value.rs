//! Values of expressions. Objects are borrowed, never copied: a rule that reads one field costs one look-up.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use kube_cel::cel;
use kube_cel::cel::objects::Key;
use serde_json::Value as Json;

/// A value is of another type than it would have to be.
pub(super) struct OtherType;

/// A value.
#[derive(Clone)]
pub(super) enum Value<'a> {
    /// A mapping or a list of an object.
    Json(&'a Json),
    /// A scalar, or what a function made: a quantity, a URL …
    Plain(cel::Value),
    /// A list that an expression made.
    List(Rc<Vec<Value<'a>>>),
    /// A mapping that an expression made.
    Map(Rc<Vec<(Value<'a>, Value<'a>)>>),
    /// What may not be there.
    Optional(Option<Rc<Value<'a>>>),
}

impl<'a> Value<'a> {
    /// Takes a part of an object. Numbers are signed wherever they fit: in the API server they are too.
    pub(super) fn of(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Plain(cel::Value::Null),
            Json::Bool(value) => Self::boolean(*value),
            Json::Number(number) => Self::Plain(match number.as_i64() {
                Some(integer) => cel::Value::Int(integer),
                None => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            }),
            Json::String(text) => Self::text(text),
            Json::Array(_) | Json::Object(_) => Self::Json(json),
        }
    }

    pub(super) fn boolean(value: bool) -> Self {
        Self::Plain(cel::Value::Bool(value))
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Plain(cel::Value::String(text.to_owned().into()))
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    pub(super) fn some(value: Self) -> Self {
        Self::Optional(Some(Rc::new(value)))
    }

    /// Takes what a function returned.
    pub(super) fn returned(value: cel::Value) -> Self {
        match value {
            cel::Value::List(items) => {
                Self::list(items.iter().cloned().map(Self::returned).collect())
            }
            cel::Value::Map(map) => {
                let mut entries: Vec<_> = map
                    .map
                    .iter()
                    .map(|(key, value)| (Self::Plain(key.into()), Self::returned(value.clone())))
                    .collect();
                entries.sort_by(|(one, _), (other, _)| one.order(other).unwrap_or(Ordering::Equal));
                Self::Map(Rc::new(entries))
            }
            other => Self::Plain(other),
        }
    }

    /// Returns it as functions take it; nothing where it holds what no function takes.
    pub(super) fn passed(&self) -> Option<cel::Value> {
        match self {
            Self::Plain(value) => Some(value.clone()),
            Self::Optional(_) => None,
            _ => self.passed_mapping().or_else(|| {
                let items = self.items()?;
                let items = items.iter().map(Self::passed);
                Some(items.collect::<Option<Vec<cel::Value>>>()?.into())
            }),
        }
    }

    fn passed_mapping(&self) -> Option<cel::Value> {
        let entries = self.entries()?;
        let entries = entries
            .iter()
            .map(|(key, value)| Some((key.passed_key()?, value.passed()?)));
        Some(entries.collect::<Option<HashMap<_, _>>>()?.into())
    }

    fn passed_key(&self) -> Option<Key> {
        match self {
            Self::Plain(cel::Value::String(text)) => Some(Key::String(text.clone())),
            Self::Plain(cel::Value::Int(number)) => Some(Key::Int(*number)),
            Self::Plain(cel::Value::UInt(number)) => Some(Key::Uint(*number)),
            Self::Plain(cel::Value::Bool(value)) => Some(Key::Bool(*value)),
            _ => None,
        }
    }

    /// Returns the items of a list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::Json(Json::Array(items)) => Some(items.iter().map(Self::of).collect()),
            Self::List(items) => Some(items.to_vec()),
            _ => None,
        }
    }

    /// Returns the entries of a mapping. What is null is not there: the API server drops it.
    pub(super) fn entries(&self) -> Option<Vec<(Self, Self)>> {
        match self {
            Self::Json(Json::Object(map)) => Some(
                map.iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(key, value)| (Self::text(key), Self::of(value)))
                    .collect(),
            ),
            Self::Map(entries) => Some(entries.to_vec()),
            _ => None,
        }
    }

    /// Returns the value of a key of a mapping.
    pub(super) fn get(&self, key: &Self) -> Result<Option<Self>, OtherType> {
        match self {
            Self::Json(Json::Object(map)) => {
                let value = key.as_text().and_then(|key| map.get(key));
                Ok(value.filter(|value| !value.is_null()).map(Self::of))
            }
            Self::Map(entries) => {
                let found = entries.iter().find(|(known, _)| known.equals(key));
                Ok(found.map(|(_, value)| value.clone()))
            }
            _ => Err(OtherType),
        }
    }

    pub(super) fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Plain(cel::Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Plain(cel::Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns how many characters, items, entries or bytes it has.
    pub(super) fn size(&self) -> Option<usize> {
        match self {
            Self::Plain(cel::Value::String(text)) => Some(text.chars().count()),
            Self::Plain(cel::Value::Bytes(bytes)) => Some(bytes.len()),
            Self::Json(Json::Array(items)) => Some(items.len()),
            Self::List(items) => Some(items.len()),
            Self::Map(entries) => Some(entries.len()),
            Self::Json(Json::Object(_)) => self.entries().map(|entries| entries.len()),
            _ => None,
        }
    }

    /// Says whether two values are equal; numbers are by what they count, values of different types never.
    pub(super) fn equals(&self, other: &Self) -> bool {
        if let (Self::Plain(one), Self::Plain(another)) = (self, other) {
            return match numbers(one, another) {
                Ok(order) => order == Some(Ordering::Equal),
                Err(OtherType) => one == another,
            };
        }
        if let (Self::Optional(one), Self::Optional(another)) = (self, other) {
            return match (one, another) {
                (Some(one), Some(another)) => one.equals(another),
                (one, another) => one.is_none() && another.is_none(),
            };
        }
        if let (Some(one), Some(another)) = (self.entries(), other.entries()) {
            return one.len() == another.len()
                && one.iter().all(|(key, value)| {
                    let found = other.get(key).ok().flatten();
                    found.is_some_and(|found| found.equals(value))
                });
        }
        match (self.items(), other.items()) {
            (Some(one), Some(another)) => {
                one.len() == another.len()
                    && one.iter().zip(&another).all(|(one, two)| one.equals(two))
            }
            _ => false,
        }
    }

    /// Returns the order of two values; nothing where they have none.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        let (Self::Plain(one), Self::Plain(another)) = (self, other) else {
            return None;
        };
        if let Ok(order) = numbers(one, another) {
            return order;
        }
        match (one, another) {
            (cel::Value::String(one), cel::Value::String(another)) => Some(one.cmp(another)),
            (cel::Value::Bool(one), cel::Value::Bool(another)) => Some(one.cmp(another)),
            (cel::Value::Bytes(one), cel::Value::Bytes(another)) => Some(one.cmp(another)),
            (cel::Value::Duration(one), cel::Value::Duration(another)) => Some(one.cmp(another)),
            (cel::Value::Timestamp(one), cel::Value::Timestamp(another)) => Some(one.cmp(another)),
            _ => None,
        }
    }

    /// Returns what it is, in a word: findings never show values, which may be secret.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Json(Json::Array(_)) | Self::List(_) => "a list",
            Self::Json(_) | Self::Map(_) => "a mapping",
            Self::Optional(_) => "an optional value",
            Self::Plain(value) => match value {
                cel::Value::Null => "null",
                cel::Value::Bool(_) => "a boolean",
                cel::Value::Int(_) | cel::Value::UInt(_) | cel::Value::Float(_) => "a number",
                cel::Value::String(_) => "text",
                cel::Value::Bytes(_) => "bytes",
                cel::Value::Duration(_) => "a duration",
                cel::Value::Timestamp(_) => "a timestamp",
                _ => "an object of a function",
            },
        }
    }
}

/// Compares two numbers; nothing where one of them is `NaN`.
#[expect(
    clippy::cast_precision_loss,
    reason = "as the API server does: an integer beside a fraction is compared as a fraction"
)]
fn numbers(one: &cel::Value, other: &cel::Value) -> Result<Option<Ordering>, OtherType> {
    use cel::Value::{Float, Int, UInt};
    Ok(match (one, other) {
        (Int(one), Int(other)) => Some(one.cmp(other)),
        (UInt(one), UInt(other)) => Some(one.cmp(other)),
        (Int(one), UInt(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (UInt(one), Int(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Float(one), Float(other)) => one.partial_cmp(other),
        (Int(one), Float(other)) => (*one as f64).partial_cmp(other),
        (Float(one), Int(other)) => one.partial_cmp(&(*other as f64)),
        (UInt(one), Float(other)) => (*one as f64).partial_cmp(other),
        (Float(one), UInt(other)) => one.partial_cmp(&(*other as f64)),
        _ => return Err(OtherType),
    })
}
