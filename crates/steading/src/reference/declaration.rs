//! The page of a kind of declaration: a section for each record with a heading for each field, so that a search leads to the field; and a
//! table of the forms of text.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::policy::RuleFields;
use steading_model::read::Read;
use steading_model::shape::{FieldShape, Presence, RecordRef, RecordShape, Shape};

use super::field::FieldDocs;
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
spec: {}         # the fields of the first section
environments:    # for each environment that it runs in, what differs there; `null` removes
  prod: {}
instances: {}    # leave it out for one application; else each is an application of its own, with what differs there
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
spec: {}         # the fields of the first section
```
";
const RULE: &str = "\
# Rule

A rule of the estate's own: a file under `policies/`. The [guide](../guide/policies.md) says how to write one.

```yaml
apiVersion: steading.dev/v1
kind: Rule
metadata:
  name: no-latest
spec: {}         # the fields of the first section
```
";
/// The head of the table of forms.
const FORMS: &str = "\n## Forms of text\n\n| form | what | such as |\n|---|---|---|\n";

/// Returns the page.
pub(super) fn page(declaration: Declaration) -> String {
    let (head, spec) = match declaration {
        Declaration::Application => (APPLICATION, shapes::application_spec()),
        Declaration::Estate => (ESTATE, shapes::estate_spec()),
        Declaration::Rule => (RULE, RuleFields::shape()),
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
        let name = title(record.name);
        let mut links = Vec::new();
        let mut fields = String::new();
        for field in &record.fields {
            self.meet(&field.shape);
            let key = field.key;
            links.push(format!("[`{key}`](#{})", anchor(&format!("{name}.{key}"))));
            fields.push_str(&section(name, field));
        }
        // What a record uses follows it, in the order of its fields.
        self.open[before..].reverse();
        let (heading, docs, links) = (record.name, prose(record.docs), links.join(" · "));
        let section = format!("\n## {heading}\n\n{docs}\n\n{links}\n{fields}");
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

/// Returns what stands before the fields of a record: those of the first section are fields of `spec`.
fn title(record: &'static str) -> &'static str {
    match record {
        "Application" | "EstateFields" | "RuleFields" => "spec",
        other => other,
    }
}

/// Returns the anchor that a heading gets, in books and on forges alike.
fn anchor(heading: &str) -> String {
    heading
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}

fn section(record: &str, field: &FieldShape) -> String {
    let FieldDocs {
        meaning,
        default,
        unit,
        example,
        derives,
    } = FieldDocs::of(field);
    let key = field.key;
    let item = |label: &str, text: Option<String>| {
        text.map(|text| format!("- **{label}:** {text}\n"))
            .unwrap_or_default()
    };
    // What is built in stands for fields that must be there.
    let presence = match (field.presence, default) {
        (Presence::Required, None) => "- **Required.**\n".to_owned(),
        (_, default) => item("Default", default),
    };
    [
        format!("\n### `{record}.{key}`\n\n{meaning}\n\n"),
        item("Form", Some(form(&field.shape))),
        meanings_of_words(&field.shape),
        presence,
        item("Unit", unit),
        item(
            "Example",
            example.map(|example| format!("`{key}: {example}`")),
        ),
        item("Derives", derives),
    ]
    .concat()
}

fn meanings_of_words(shape: &Shape) -> String {
    let lines = words(shape).into_iter();
    let lines: Vec<String> = lines
        .map(|(word, docs)| format!("  - `{word}`: {}\n", prose(docs)))
        .collect();
    lines.concat()
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
