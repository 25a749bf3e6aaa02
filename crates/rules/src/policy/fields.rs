//! Finds fields that nothing has: `object.spec.replica` of a Deployment would never be there.
//!
//! What cannot be told (a value of a function, a custom resource that is known in part only) is not looked at.

use kube_cel::cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use std::collections::BTreeMap;
use steading_model::application::{ApplicationFields, ContainerFields};
use steading_model::read::nearest;
use steading_model::shape::{RecordShape, Shape};

use super::evaluate::VARIABLES;
use crate::schema::{Cursor, Rest, Structure};

/// What a value may be: one place for each kind that it may be of. None where that is not known.
pub(super) type Places<'c> = Vec<Place<'c>>;

/// A place in the structure of a kind, or of a declaration.
#[derive(Clone)]
pub(super) enum Place<'c> {
    Object(Cursor<'c>),
    Declared(Shape),
    /// A mapping of our own, by its keys.
    Given(Vec<(&'static str, Place<'c>)>),
    /// Anything at all.
    Anything,
}

/// What a place says about one of its fields.
enum Step<'c> {
    To(Place<'c>),
    /// It has no such field; those that it has.
    Missing(Vec<String>),
    Unknown,
}

/// A field that nothing has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MissingField {
    pub(super) name: String,
    pub(super) near: Option<String>,
}

/// Returns what the declaration of an application looks like to expressions.
pub(super) fn declared<'c>() -> Place<'c> {
    let text = || {
        Place::Declared(Shape::Text {
            format: "text",
            about: "",
            example: "",
        })
    };
    Place::Given(vec![
        ("metadata", Place::Given(vec![("name", text())])),
        ("spec", Place::Given(spec())),
        ("environment", text()),
        ("tier", text()),
        ("namespace", text()),
        (
            "hosts",
            Place::Declared(Shape::List(Box::new(Shape::Literal))),
        ),
        ("components", Place::Anything),
    ])
}

fn spec<'c>() -> Vec<(&'static str, Place<'c>)> {
    let records = [
        ApplicationFields::record_shape(),
        ContainerFields::record_shape(),
    ];
    let fields = records
        .into_iter()
        .flat_map(|RecordShape { fields, .. }| fields);
    fields
        .map(|field| (field.key, Place::Declared(field.shape)))
        .collect()
}

/// Returns the fields that an expression names and nothing has, and what its value may be.
pub(super) fn missing<'c>(
    expression: &IdedExpr,
    given: &BTreeMap<&str, Places<'c>>,
    variables: &BTreeMap<&str, Places<'c>>,
) -> (Vec<MissingField>, Places<'c>) {
    let mut walk = Walk {
        given,
        variables,
        bound: Vec::new(),
        found: Vec::new(),
    };
    let places = walk.visit(expression);
    (walk.found, places)
}

struct Walk<'w, 'c> {
    given: &'w BTreeMap<&'w str, Places<'c>>,
    variables: &'w BTreeMap<&'w str, Places<'c>>,
    bound: Vec<(&'w str, Places<'c>)>,
    found: Vec<MissingField>,
}

impl<'w, 'c> Walk<'w, 'c> {
    fn visit(&mut self, expression: &'w IdedExpr) -> Places<'c> {
        match &expression.expr {
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(name) if name == VARIABLES => self
                    .variables
                    .get(select.field.as_str())
                    .cloned()
                    .unwrap_or_default(),
                _ => {
                    let places = self.visit(&select.operand);
                    self.step(&places, &select.field)
                }
            },
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => {
                let places = self.visit(&comprehension.iter_range);
                let items = places.iter().filter_map(Place::item).collect();
                self.bound.push((&comprehension.iter_var, items));
                self.bound.push((&comprehension.accu_var, Vec::new()));
                self.visit(&comprehension.loop_step);
                self.bound.truncate(self.bound.len() - 2);
                if is_filter(&comprehension.loop_step) {
                    places
                } else {
                    Vec::new()
                }
            }
            Expr::List(list) => {
                list.elements.iter().for_each(|item| drop(self.visit(item)));
                Vec::new()
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.visit(&entry.value);
                    }
                }
                Vec::new()
            }
            Expr::Struct(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
        }
    }

    fn name(&self, name: &str) -> Places<'c> {
        let bound = self.bound.iter().rev().find(|(bound, _)| *bound == name);
        match bound {
            Some((_, places)) => places.clone(),
            None => self.given.get(name).cloned().unwrap_or_default(),
        }
    }

    fn call(&mut self, call: &'w CallExpr) -> Places<'c> {
        let target = call.target.as_ref().map(|target| self.visit(target));
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT, [whole, key]) => {
                let places = self.visit(whole);
                match &key.expr {
                    Expr::Literal(LiteralValue::String(key)) => self.step(&places, key.inner()),
                    Expr::Literal(LiteralValue::Int(_)) => {
                        places.iter().filter_map(Place::item).collect()
                    }
                    _ => {
                        self.visit(key);
                        places.iter().filter_map(Place::value).collect()
                    }
                }
            }
            // Whatever comes instead is of the same kind.
            ("orValue", [other]) => {
                self.visit(other);
                target.unwrap_or_default()
            }
            (operators::CONDITIONAL, [condition, yes, no]) => {
                self.visit(condition);
                let mut places = self.visit(yes);
                let others = self.visit(no);
                if places.is_empty() || others.is_empty() {
                    return Vec::new();
                }
                places.extend(others);
                places
            }
            (operators::ADD, [one, other]) => {
                let mut places = self.visit(one);
                let others = self.visit(other);
                if places.is_empty() || others.is_empty() {
                    return Vec::new();
                }
                places.extend(others);
                places
            }
            (_, arguments) => {
                for argument in arguments {
                    self.visit(argument);
                }
                Vec::new()
            }
        }
    }

    /// Goes to a field; it is missing where no place has it and all are known.
    fn step(&mut self, places: &Places<'c>, field: &str) -> Places<'c> {
        let mut next = Vec::new();
        let mut known = Vec::new();
        let mut is_known = !places.is_empty();
        for place in places {
            match place.field(field) {
                Step::To(place) => next.push(place),
                Step::Missing(fields) => known.extend(fields),
                Step::Unknown => is_known = false,
            }
        }
        if next.is_empty() && is_known {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let missing = MissingField {
                name: field.to_owned(),
                near: nearest(field, &known).map(str::to_owned),
            };
            if !self.found.contains(&missing) {
                self.found.push(missing);
            }
        }
        if is_known { next } else { Vec::new() }
    }
}

impl<'c> Place<'c> {
    fn field(&self, name: &str) -> Step<'c> {
        match self {
            Self::Anything => Step::Unknown,
            Self::Given(fields) => match fields.iter().find(|(key, _)| *key == name) {
                Some((_, place)) => Step::To(place.clone()),
                None => Step::Missing(fields.iter().map(|(key, _)| (*key).to_owned()).collect()),
            },
            Self::Object(cursor) => match (cursor.field(name), cursor.structure()) {
                (Some(inner), _) => Step::To(Self::Object(inner)),
                (None, Structure::Anything) => Step::Unknown,
                (None, Structure::Record(record)) if record.rest == Rest::Open => Step::Unknown,
                (None, Structure::Record(record)) => {
                    Step::Missing(record.fields.keys().cloned().collect())
                }
                (None, _) => Step::Missing(Vec::new()),
            },
            Self::Declared(shape) => declared_field(shape, name),
        }
    }

    fn item(&self) -> Option<Self> {
        match self {
            Self::Object(cursor) => cursor.item().map(Self::Object),
            Self::Declared(Shape::List(item)) => Some(Self::Declared((**item).clone())),
            _ => None,
        }
    }

    /// Returns what any key or index leads to.
    fn value(&self) -> Option<Self> {
        match self {
            Self::Object(cursor) => match cursor.structure() {
                Structure::Map(_) => cursor.field("").map(Self::Object),
                _ => self.item(),
            },
            Self::Declared(Shape::Map { value, .. }) => Some(Self::Declared((**value).clone())),
            _ => self.item(),
        }
    }
}

/// Says whether a loop is that of `filter`: what it gathers is of the same kind as what it goes over.
fn is_filter(step: &IdedExpr) -> bool {
    let arguments = |part: &IdedExpr, name: &str| match &part.expr {
        Expr::Call(call) if call.func_name == name => call.args.get(1).cloned(),
        _ => None,
    };
    let added =
        arguments(step, operators::CONDITIONAL).and_then(|added| arguments(&added, operators::ADD));
    added.is_some_and(|added| match &added.expr {
        Expr::List(list) => {
            matches!(list.elements.as_slice(), [item] if matches!(item.expr, Expr::Ident(_)))
        }
        _ => false,
    })
}

fn declared_field<'c>(shape: &Shape, name: &str) -> Step<'c> {
    match shape {
        Shape::Record(record) => {
            let fields = (record.shape)().fields;
            match fields.iter().find(|field| field.key == name) {
                Some(field) => Step::To(Place::Declared(field.shape.clone())),
                None => Step::Missing(fields.iter().map(|field| field.key.to_owned()).collect()),
            }
        }
        Shape::Map { value, .. } => Step::To(Place::Declared((**value).clone())),
        // One of several forms, or anything.
        Shape::Either(_) | Shape::Anything => Step::Unknown,
        Shape::Text { .. }
        | Shape::Literal
        | Shape::Integer { .. }
        | Shape::Boolean
        | Shape::Choice(_)
        | Shape::List(_) => Step::Missing(Vec::new()),
    }
}
