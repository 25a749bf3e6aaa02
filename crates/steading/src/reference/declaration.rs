//! The page of a kind of declaration: a table for each record, those that are used first come first, and one of the forms of text.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::shape::{FieldShape, Presence, RecordRef, RecordShape, Shape};

use super::text::prose;
use super::{Declaration, GENERATED, shapes};

const APPLICATION: &str = "\
# Application

One service: `applications/NAME/application.yaml` in the estate, or `.deploy/manifest.yaml` in a repository of its own.

```yaml
apiVersion: steading.dev/v1
kind: Application
metadata:
  name: linkwarden
spec: {}         # the fields of the first table
environments:    # for each environment that it runs in, what differs there; `null` removes
  prod: {}
```
";
const ESTATE: &str = "\
# Estate

Everything that is not one application: `estate.yaml`. What is required here may be built in; `steading check` says what is missing.

```yaml
apiVersion: steading.dev/v1
kind: Estate
metadata:
  name: homestead
spec: {}         # the fields of the first table
```
";
/// The head of the table of a record.
const FIELDS: &str = "| field | form | meaning |\n|---|---|---|\n";
/// The head of the table of forms.
const FORMS: &str = "\n## Forms of text\n\n| form | what | such as |\n|---|---|---|\n";

/// Returns the page.
pub(super) fn page(declaration: Declaration) -> String {
    let (head, spec) = match declaration {
        Declaration::Application => (APPLICATION, shapes::application_spec()),
        Declaration::Estate => (ESTATE, shapes::estate_spec()),
    };
    let mut page = Page {
        text: format!("{GENERATED}{head}"),
        ..Page::default()
    };
    page.meet(&spec);
    while let Some(record) = page.open.pop() {
        page.record(&(record.shape)());
    }
    page.forms();
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
    seen: BTreeSet<&'static str>,
    /// Records that were met and not described yet, the next one last.
    open: Vec<RecordRef>,
    /// Forms of text that were met, with what each is and an example.
    forms: BTreeMap<&'static str, (&'static str, &'static str)>,
}

impl Page {
    fn record(&mut self, record: &RecordShape) {
        let before = self.open.len();
        let mut rows = String::new();
        for field in &record.fields {
            self.meet(&field.shape);
            rows.push_str(&row(field));
        }
        // What a record uses follows it, in the order of its fields.
        self.open[before..].reverse();
        let docs = prose(record.docs);
        let section = format!("\n## {}\n\n{docs}\n\n{FIELDS}{rows}", record.name);
        self.text.push_str(&section);
    }

    fn forms(&mut self) {
        self.text.push_str(FORMS);
        for (form, (about, example)) in &self.forms {
            let row = format!("| {form} | {} | `{example}` |\n", cell(about));
            self.text.push_str(&row);
        }
    }

    fn meet(&mut self, shape: &Shape) {
        match shape {
            Shape::Record(record) if self.seen.insert(record.name) => self.open.push(*record),
            Shape::Text {
                format,
                about,
                example,
            } if *format != "text" => {
                self.forms.insert(format, (about, example));
            }
            Shape::List(item) => self.meet(item),
            Shape::Map { key, value } => {
                self.meet(key);
                self.meet(value);
            }
            Shape::Either(shapes) => shapes.iter().for_each(|shape| self.meet(shape)),
            Shape::Record(_)
            | Shape::Text { .. }
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
        Shape::Text { format, .. } => format!("[{format}](#forms-of-text)"),
        Shape::Literal => "text, number or boolean, as written".to_owned(),
        Shape::Integer { least, greatest } if *greatest < i64::from(i32::MAX) => {
            format!("whole number, {least} to {greatest}")
        }
        Shape::Integer { .. } => "whole number".to_owned(),
        Shape::Boolean => "`true` or `false`".to_owned(),
        Shape::Choice(words) => words
            .iter()
            .map(|(word, _)| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(" | "),
        Shape::List(item) => format!("list of {}", form(item)),
        Shape::Map { key, value } => format!("mapping from {} to {}", form(key), form(value)),
        Shape::Record(record) => format!("[{}](#{})", record.name, record.name.to_lowercase()),
        Shape::Either(shapes) => shapes.iter().map(form).collect::<Vec<_>>().join(", or "),
        Shape::Anything => "anything".to_owned(),
    }
}
