//! Every field says what it has to: a default or that it must be there, a unit, an example that can be read, and what is derived from it.

use std::collections::BTreeSet;

use steading_model::Report;
use steading_model::read::Reader;
use steading_model::shape::{FieldShape, Presence, Shape};

use super::field::FieldDocs;
use super::{shapes, written};

/// The greatest number that needs no unit: ports, modes, statuses.
const SMALL: i64 = 65_535;

#[test]
fn every_field_of_an_application_is_documented() {
    let problems = problems(&shapes::application_spec(), BuiltIn::Nothing);
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn every_field_of_an_estate_is_documented() {
    let problems = problems(&shapes::estate_spec(), BuiltIn::Something);
    assert!(problems.is_empty(), "{problems}");
}

/// Whether an example may leave out what must be there.
#[derive(Clone, Copy, PartialEq)]
enum BuiltIn {
    /// It may not.
    Nothing,
    /// It may: what is built in lies under it.
    Something,
}

/// Returns what is missing, one line each.
fn problems(spec: &Shape, built_in: BuiltIn) -> String {
    let mut seen = BTreeSet::new();
    let mut open = spec.records();
    let mut problems = Vec::new();
    let mut is_top = true;
    while let Some(record) = open.pop() {
        if !seen.insert(record.name) {
            continue;
        }
        for field in (record.shape)().fields {
            let found = problems_of(&field, is_top, built_in).into_iter();
            problems.extend(found.map(|what| format!("{}.{}: {what}", record.name, field.key)));
            open.extend(field.shape.records());
        }
        is_top = false;
    }
    assert!(seen.len() > 10, "the records must be found");
    problems.sort();
    problems.join("\n")
}

fn problems_of(field: &FieldShape, is_top: bool, built_in: BuiltIn) -> Vec<String> {
    let docs = FieldDocs::of(field);
    let needs_default = field.presence == Presence::Optional;
    let mut problems = Vec::new();
    let mut missing = |is_needed: bool, text: Option<&String>, label: &str| {
        if is_needed && text.is_none() {
            problems.push(format!("no `{label}: …` in its doc comment"));
        }
    };
    missing(needs_default, docs.default.as_ref(), "Default");
    missing(is_counted(&field.shape), docs.unit.as_ref(), "Unit");
    missing(true, docs.example.as_ref(), "Example");
    missing(is_top, docs.derives.as_ref(), "Derives");
    if docs.meaning.is_empty() {
        problems.push("no meaning in its doc comment".to_owned());
    }
    problems.extend(refused(field, docs.example.as_deref(), built_in));
    if let Some(default) = docs.default_value() {
        problems.extend(refused(field, Some(&default.to_string()), built_in));
    }
    problems
}

/// Says why a value cannot be read.
fn refused(field: &FieldShape, value: Option<&str>, built_in: BuiltIn) -> Option<String> {
    let value = value?;
    let Some(node) = written::node(value) else {
        return Some(format!("`{value}` is not YAML"));
    };
    let mut report = Report::default();
    let is_read = (field.accepts)(&node, &mut Reader::new(&mut report));
    let messages = report.diagnostics().iter().map(|found| &found.message);
    let excused =
        |message: &&String| built_in == BuiltIn::Something && message.ends_with("is required");
    let count = messages.clone().count();
    let messages: Vec<_> = messages.filter(|message| !excused(message)).collect();
    let is_fine = messages.is_empty() && (is_read || count > 0);
    (!is_fine).then(|| format!("`{value}` is refused: {messages:?}"))
}

fn is_counted(shape: &Shape) -> bool {
    matches!(shape, Shape::Integer { greatest, .. } if *greatest > SMALL)
}
