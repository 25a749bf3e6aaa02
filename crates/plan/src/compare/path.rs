//! Where a field is: names, and list items by their keys.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::rc::Rc;

use serde_json::Value;

/// A field that tells the items of a list apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyField {
    /// The field's name.
    pub(crate) name: Cow<'static, str>,
    /// What the server fills in where it is not written.
    pub(crate) default: Option<&'static str>,
}

/// The fields that tell the items of a list apart.
#[derive(Clone, Debug)]
pub(crate) enum Keys {
    /// From the table of built-in kinds.
    Known(&'static [KeyField]),
    /// From the managed fields of the live object.
    Derived(Rc<[KeyField]>),
}

/// One step of a path.
#[derive(Clone, Debug)]
pub(crate) enum Segment<'a> {
    /// A field of a map.
    Field(&'a str),
    /// An item of a list, by its key fields.
    Item(Keys, &'a Value),
    /// A member of a set.
    Member(&'a Value),
}

impl Keys {
    /// Returns the fields.
    pub(crate) fn fields(&self) -> &[KeyField] {
        match self {
            Self::Known(fields) => fields,
            Self::Derived(fields) => fields,
        }
    }

    /// Says whether two items are the same one.
    pub(crate) fn same(&self, one: &Value, two: &Value) -> bool {
        self.fields()
            .iter()
            .all(|field| field.of(one) == field.of(two))
    }

    /// Writes the key of an item as managed fields do: `k:{"name":"web"}`.
    fn managed(&self, item: &Value, text: &mut String) {
        let mut fields: Vec<&KeyField> = self.fields().iter().collect();
        fields.sort_by(|one, two| one.name.cmp(&two.name));
        text.push_str("k:{");
        let mut separator = "";
        for field in fields {
            if let Some(value) = field.of(item) {
                let name = Value::from(field.name.as_ref());
                let _written = write!(text, "{separator}{name}:{}", value.as_ref());
                separator = ",";
            }
        }
        text.push('}');
    }
}

impl KeyField {
    /// Returns the value of this field in an item, or what the server fills in.
    pub(crate) fn of<'a>(&self, item: &'a Value) -> Option<Cow<'a, Value>> {
        match item.get(self.name.as_ref()) {
            Some(value) if !value.is_null() => Some(Cow::Borrowed(value)),
            _ => self.default.map(|text| Cow::Owned(Value::from(text))),
        }
    }
}

impl Segment<'_> {
    /// Writes the name of this step in managed fields.
    pub(crate) fn managed(&self, text: &mut String) {
        text.clear();
        match self {
            Self::Field(name) => {
                text.push_str("f:");
                text.push_str(name);
            }
            Self::Item(keys, item) => keys.managed(item, text),
            Self::Member(value) => {
                let _written = write!(text, "v:{value}");
            }
        }
    }

    /// Returns what is there in an object.
    pub(crate) fn child<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Field(name) => value.get(name),
            Self::Item(keys, item) => value
                .as_array()?
                .iter()
                .find(|candidate| keys.same(candidate, item)),
            Self::Member(member) => value
                .as_array()?
                .iter()
                .find(|candidate| candidate == member),
        }
        .filter(|value| !value.is_null())
    }
}

/// Writes a path as people read it: `spec.template.spec.containers[web].image`.
pub(crate) fn text(path: &[Segment<'_>]) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Field(name) if name.contains(['.', '/', '[', ' ']) => {
                let _written = write!(text, "[{name}]");
            }
            Segment::Field(name) => {
                let dot = if text.is_empty() { "" } else { "." };
                let _written = write!(text, "{dot}{name}");
            }
            Segment::Item(keys, item) => {
                let values: Vec<String> = keys
                    .fields()
                    .iter()
                    .filter_map(|field| field.of(item))
                    .map(|value| plain(&value))
                    .collect();
                let _written = write!(text, "[{}]", values.join("/"));
            }
            Segment::Member(value) => {
                let _written = write!(text, "[{}]", plain(value));
            }
        }
    }
    text
}

/// Writes a scalar without quotes.
pub(crate) fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
