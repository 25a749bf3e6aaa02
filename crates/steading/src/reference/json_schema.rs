//! JSON Schema (draft 7, which editors know best) for declarations, from the shapes of the types that read them.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde_json::{Map, Value, json};
use steading_model::load::{InputFile, load};
use steading_model::policy::{RuleFields, RuleMetadata};
use steading_model::read::Read;
use steading_model::shape::{FieldShape, Presence, RecordRef, Shape};
use steading_model::{FieldPath, Node};

use super::field::FieldDocs;
use super::shapes;
use super::text::prose;

/// A kind of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Declaration {
    /// `application.yaml`
    Application,
    /// `estate.yaml`
    Estate,
    /// `policies/NAME.yaml`
    Rule,
}

/// Whether a mapping stands for itself, or is merged over another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// What must be there must be there.
    Whole,
    /// Everything may be left out, and `null` removes.
    Over,
}

/// Returns the JSON Schema of a kind of declaration.
pub(crate) fn json_schema(declaration: Declaration) -> Value {
    let mut schema = Schema {
        definitions: BTreeMap::new(),
        built_in: None,
    };
    let (kind, metadata, spec) = match declaration {
        Declaration::Application => (
            "Application",
            shapes::application_metadata(),
            shapes::application_spec(),
        ),
        Declaration::Estate => {
            schema.built_in = built_in_estate();
            ("Estate", shapes::estate_metadata(), shapes::estate_spec())
        }
        Declaration::Rule => ("Rule", RuleMetadata::shape(), RuleFields::shape()),
    };
    let mut properties = json!({
        "apiVersion": { "const": "steading.dev/v1" },
        "kind": { "const": kind },
        "metadata": schema.shape(&metadata, Layer::Whole, None),
        "spec": schema.shape(&spec, Layer::Whole, Some(&FieldPath::default().key("spec"))),
    });
    if declaration == Declaration::Application {
        properties["environments"] = json!({
            "description": "The environments that it runs in, each with what differs there from `spec`.",
            "type": "object",
            "additionalProperties": schema.shape(&spec, Layer::Over, None),
        });
        properties["instances"] = json!({
            "description": "The same application for several people or sites: each is an application of its own called `APPLICATION-INSTANCE`, with what differs there from `spec` and the environment. Without it the declaration is one application.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": { "anyOf": [schema.shape(&spec, Layer::Over, None), { "type": "null" }] },
        });
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": format!("Steading {kind}"),
        "type": "object",
        "properties": properties,
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
        "definitions": schema.definitions,
    })
}

/// An estate of nothing but what has no default: what else is in its tree is built in.
fn built_in_estate() -> Option<Node> {
    let text = "apiVersion: steading.dev/v1\nkind: Estate\nmetadata: { name: any }\nspec: { domains: { public: example.org }, environments: { prod: {} } }\n";
    let (declarations, _) = load(vec![InputFile::new("estate.yaml", text)]);
    let written = |path: &str| FieldPath::parse(path).expect("the path must be valid");
    let mut tree = declarations.estate?.tree;
    for path in ["spec.domains.public", "spec.environments"] {
        tree = without(tree, written(path).segments());
    }
    Some(tree)
}

fn without(mut node: Node, path: &[steading_model::Segment]) -> Node {
    use steading_model::{Segment, Value};
    if let (Value::Mapping(mapping), [Segment::Key(key), rest @ ..]) = (&mut node.value, path)
        && let Some(mut entry) = mapping.remove(key)
        && !rest.is_empty()
    {
        entry.value = without(entry.value, rest);
        mapping.insert(entry);
    }
    node
}

struct Schema {
    definitions: BTreeMap<String, Value>,
    /// What lies under the declaration, where something does.
    built_in: Option<Node>,
}

impl Schema {
    /// Returns the schema of a shape; `path` is where it stands, as long as something built in can lie under it.
    fn shape(&mut self, shape: &Shape, layer: Layer, path: Option<&FieldPath>) -> Value {
        let schema = match shape {
            Shape::Text {
                format,
                about,
                example,
            } => text(format, about, example),
            Shape::Literal => json!({ "type": ["string", "number", "boolean"] }),
            Shape::Integer {
                least,
                greatest: i64::MAX,
            } => json!({ "type": "integer", "minimum": least }),
            Shape::Integer { least, greatest } => {
                json!({ "type": "integer", "minimum": least, "maximum": greatest })
            }
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::Choice(words) => choice(words),
            Shape::List(item) => {
                json!({ "type": "array", "items": self.shape(item, Layer::Whole, None) })
            }
            Shape::Map { key, value } => self.map(key, value, layer, path),
            Shape::Record(record) => self.record(*record, layer, path),
            Shape::Either(shapes) => {
                let shapes: Vec<Value> = shapes
                    .iter()
                    .map(|shape| self.shape(shape, layer, path))
                    .collect();
                json!({ "anyOf": shapes })
            }
            Shape::Anything => json!({}),
        };
        match layer {
            Layer::Over if !matches!(shape, Shape::Anything) => {
                json!({ "anyOf": [schema, { "type": "null" }] })
            }
            _ => schema,
        }
    }

    fn map(&mut self, key: &Shape, value: &Shape, layer: Layer, path: Option<&FieldPath>) -> Value {
        let below = path.and_then(|path| self.any_key_below(path));
        let mut schema = json!({ "type": "object", "additionalProperties": self.shape(value, layer, below.as_ref()) });
        if let Shape::Choice(words) = key {
            schema["propertyNames"] = choice(words);
        }
        schema
    }

    /// Entries of a map are alike: where one is built in, a written one may lie over it.
    fn any_key_below(&self, path: &FieldPath) -> Option<FieldPath> {
        let mapping = self.built_in.as_ref()?.find(path)?.as_mapping()?;
        Some(path.key(&mapping.entries().first()?.key))
    }

    fn record(&mut self, record: RecordRef, layer: Layer, path: Option<&FieldPath>) -> Value {
        let name = match layer {
            Layer::Whole => record.name.to_owned(),
            Layer::Over => format!("{}Override", record.name),
        };
        if !self.definitions.contains_key(&name) {
            // Entered before its fields are, so that records may contain themselves.
            self.definitions.insert(name.clone(), Value::Null);
            let definition = self.definition(record, layer, path);
            self.definitions.insert(name.clone(), definition);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn definition(&mut self, record: RecordRef, layer: Layer, path: Option<&FieldPath>) -> Value {
        let shape = (record.shape)();
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in &shape.fields {
            let path = path.map(|path| path.key(field.key));
            let is_required = field.presence == Presence::Required && layer == Layer::Whole;
            if is_required && !self.is_built_in(&field.shape, path.as_ref()) {
                required.push(field.key);
            }
            properties.insert(
                field.key.to_owned(),
                self.field(field, layer, path.as_ref()),
            );
        }
        let mut definition = json!({
            "description": prose(shape.docs),
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        if !required.is_empty() {
            definition["required"] = json!(required);
        }
        definition
    }

    fn field(&mut self, field: &FieldShape, layer: Layer, path: Option<&FieldPath>) -> Value {
        let mut schema = self.shape(&field.shape, layer, path);
        let format = schema.get("description").and_then(Value::as_str);
        let docs = FieldDocs::of(field);
        let description = description(&docs, format);
        if schema.get("$ref").is_some() {
            // Draft 7 ignores what stands beside a reference.
            schema = json!({ "allOf": [schema] });
        }
        schema["description"] = description.into();
        if let Some(example) = docs.example_value() {
            schema["examples"] = json!([example]);
        }
        if let Some(default) = docs.default_value().filter(|_| layer == Layer::Whole) {
            schema["default"] = default;
        }
        schema
    }

    /// Says whether a field may be left out because all that must be in it is built in.
    fn is_built_in(&self, shape: &Shape, path: Option<&FieldPath>) -> bool {
        let (Some(tree), Some(path)) = (&self.built_in, path) else {
            return false;
        };
        let is_there = tree.find(path).is_some();
        match shape {
            Shape::Record(record) => {
                let fields = (record.shape)().fields;
                let mut required = fields
                    .iter()
                    .filter(|field| field.presence == Presence::Required);
                is_there
                    && required
                        .all(|field| self.is_built_in(&field.shape, Some(&path.key(field.key))))
            }
            _ => is_there,
        }
    }
}

/// Returns what an editor shows: all that the reference says, except for what editors show by themselves.
fn description(docs: &FieldDocs, format: Option<&str>) -> String {
    let FieldDocs {
        meaning,
        default,
        unit,
        example: _,
        derives,
    } = docs;
    let labelled = [
        ("Format", format),
        ("Default", default.as_deref()),
        ("Unit", unit.as_deref()),
        ("Derives", derives.as_deref()),
    ];
    let labelled = labelled
        .into_iter()
        .filter_map(|(label, text)| Some(format!("\n\n{label}: {}", text?)));
    std::iter::once(meaning.clone()).chain(labelled).collect()
}

fn text(format: &str, about: &str, example: &str) -> Value {
    if format == "text" {
        return json!({ "type": "string" });
    }
    // Values with a parser of their own are taken as written, so that numbers need no quotes.
    let mut schema = json!({ "type": ["string", "number"], "description": about });
    if !example.is_empty() {
        schema["examples"] = json!([example]);
    }
    schema
}

fn choice(words: &[(&str, &str)]) -> Value {
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let docs: Vec<String> = words.iter().map(|(_, docs)| prose(docs)).collect();
    let lines: Vec<String> = names
        .iter()
        .zip(&docs)
        .map(|(name, docs)| format!("`{name}`: {docs}"))
        .collect();
    json!({ "enum": names, "markdownEnumDescriptions": docs, "description": lines.join("\n\n") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_to_a_definition() {
        for (declaration, least) in [
            (Declaration::Application, 20),
            (Declaration::Estate, 20),
            (Declaration::Rule, 4),
        ] {
            let schema = json_schema(declaration);
            let mut found = Vec::new();
            references(&schema, &mut found);
            assert!(found.len() > least);
            for reference in found {
                let definition = schema.pointer(reference.trim_start_matches('#'));
                assert!(definition.is_some_and(Value::is_object), "{reference}");
            }
        }
    }

    #[test]
    fn what_is_built_in_may_be_left_out() {
        let schema = json_schema(Declaration::Estate);
        let required = |record: &str| schema["definitions"][record]["required"].clone();
        assert_eq!(required("EstateFields"), json!(["domains"]));
        assert_eq!(required("Domains"), json!(["public"]));
        assert_eq!(required("Tier"), Value::Null);
        assert_eq!(required("Certificates"), json!(["issuer"]));
    }

    #[test]
    fn an_environment_may_leave_out_anything_and_remove_anything() {
        let schema = json_schema(Declaration::Application);
        assert_eq!(
            schema["definitions"]["VolumeOverride"]["required"],
            Value::Null
        );
        let image = &schema["definitions"]["ApplicationOverride"]["properties"]["image"];
        assert_eq!(image["anyOf"][1], json!({ "type": "null" }));
    }
}
