//! The page of a kind of declaration: a table for each record, those that are used first come first.

use std::collections::BTreeSet;

use steading_model::shape::{FieldShape, Presence, RecordRef, RecordShape, Shape};

use super::text::prose;
use super::{Declaration, GENERATED, shapes};

/// The head of each table.
const TABLE: &str = "| field | form | meaning |\n|---|---|---|\n";

/// Returns the page.
pub(super) fn page(declaration: Declaration) -> String {
    let (title, spec) = match declaration {
        Declaration::Application => ("Application", shapes::application_spec()),
        Declaration::Estate => ("Estate", shapes::estate_spec()),
    };
    let mut page = Page {
        text: format!("{GENERATED}# {title}\n"),
        seen: BTreeSet::new(),
        open: Vec::new(),
    };
    page.meet(&spec);
    page.open.reverse();
    while let Some(record) = page.open.pop() {
        page.record(&(record.shape)());
    }
    page.text
}

struct Page {
    text: String,
    seen: BTreeSet<&'static str>,
    /// Records that were met and not described yet, the next one last.
    open: Vec<RecordRef>,
}

impl Page {
    fn record(&mut self, record: &RecordShape) {
        let heading = [
            "
## ",
            record.name,
            "

",
            &prose(record.docs),
            "

",
            TABLE,
        ]
        .concat();
        self.text.push_str(&heading);
        let before = self.open.len();
        for field in &record.fields {
            self.meet(&field.shape);
            self.text.push_str(&row(field));
        }
        // What a record uses follows it, in the order of its fields.
        self.open[before..].reverse();
    }

    fn meet(&mut self, shape: &Shape) {
        match shape {
            Shape::Record(record) => {
                if self.seen.insert(record.name) {
                    self.open.push(*record);
                }
            }
            Shape::List(item) => self.meet(item),
            Shape::Map { key, value } => {
                self.meet(key);
                self.meet(value);
            }
            Shape::Either(shapes) => shapes.iter().for_each(|shape| self.meet(shape)),
            Shape::Text { .. }
            | Shape::Literal
            | Shape::Integer { .. }
            | Shape::Boolean
            | Shape::Choice(_)
            | Shape::Anything => {}
        }
    }
}

fn row(field: &FieldShape) -> String {
    let FieldShape {
        key,
        docs,
        presence,
        shape,
    } = field;
    let required = match presence {
        Presence::Required => " (required)",
        Presence::Optional => "",
    };
    let meaning = prose(docs).replace("\n\n", "<br>");
    let words = words(shape)
        .into_iter()
        .map(|(word, docs)| format!("<br>`{word}`: {}", prose(docs)));
    let meaning: String = std::iter::once(meaning).chain(words).collect();
    format!(
        "| `{key}`{required} | {} | {} |\n",
        cell(&form(shape)),
        cell(&meaning)
    )
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn words(shape: &Shape) -> Vec<(&'static str, &'static str)> {
    match shape {
        Shape::Choice(words) => words.to_vec(),
        Shape::List(shape) => words(shape),
        Shape::Either(shapes) => shapes.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Returns what may be written, in a few words.
fn form(shape: &Shape) -> String {
    match shape {
        Shape::Text { format: "text", .. } => "text".to_owned(),
        Shape::Text {
            about, example: "", ..
        } => (*about).to_owned(),
        Shape::Text { about, example, .. } => format!("{about}; such as `{example}`"),
        Shape::Literal => "text, number or boolean, as written".to_owned(),
        Shape::Integer { least, greatest } => format!("whole number, {least} to {greatest}"),
        Shape::Boolean => "`true` or `false`".to_owned(),
        Shape::Choice(words) => words
            .iter()
            .map(|(word, _)| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(" | "),
        Shape::List(item) => format!("list of: {}", form(item)),
        Shape::Map { key, value } => format!("mapping from {} to: {}", form(key), form(value)),
        Shape::Record(record) => format!("[{}](#{})", record.name, record.name.to_lowercase()),
        Shape::Either(shapes) => shapes.iter().map(form).collect::<Vec<_>>().join(", or "),
        Shape::Anything => "anything".to_owned(),
    }
}
