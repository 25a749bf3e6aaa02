//! Between descriptions and `CustomResourceDefinition` objects.

use serde_json::{Map, Value, json};

use super::description::{Column, Description, Fields, ScopeWord};
use super::notation::is_plain_key;
use super::structure::{Field, List, ListKey, ListStyle, Need, Record, Rest, Structure};

/// Fields that every kind has, whatever its definition says about them.
const IDENTITY: [&str; 3] = ["apiVersion", "kind", "metadata"];

impl Description {
    /// Returns the `CustomResourceDefinition` that serves it: all versions with the same fields, the first one stored.
    pub fn definition(&self) -> Value {
        let Self {
            group,
            kind,
            plural,
            scope,
            versions,
            short,
            about,
            status,
            columns,
            fields,
        } = self;
        let mut root = record_schema(&fields.0);
        root.insert(
            "description".to_owned(),
            json!(about.clone().unwrap_or_default()),
        );
        let columns: Vec<Value> = columns.iter().map(Column::definition).collect();
        let version = |(at, name): (usize, &String)| {
            let mut version = json!({
                "name": name, "served": true, "storage": at == 0,
                "schema": { "openAPIV3Schema": root },
            });
            if status == &Some(true) {
                version["subresources"] = json!({ "status": {} });
            }
            if !columns.is_empty() {
                version["additionalPrinterColumns"] = json!(columns);
            }
            version
        };
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": metadata(plural, group),
            "spec": {
                "group": group,
                "names": { "kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": kind.to_lowercase(), "shortNames": short },
                "scope": if *scope == ScopeWord::Cluster { "Cluster" } else { "Namespaced" },
                "versions": versions.iter().enumerate().map(version).collect::<Vec<_>>(),
            },
        })
    }
}

/// The API server keeps groups of Kubernetes' own to those who say that they know it.
fn metadata(plural: &str, group: &str) -> Value {
    let mut metadata = json!({ "name": format!("{plural}.{group}") });
    if group.ends_with(".k8s.io") {
        metadata["annotations"] = json!({ "api-approved.kubernetes.io": "unapproved, a short description for a laboratory" });
    }
    metadata
}

impl Column {
    fn definition(&self) -> Value {
        let Self { name, path, kind } = self;
        json!({ "name": name, "jsonPath": path, "type": kind.as_deref().unwrap_or("string") })
    }
}

fn schema(structure: &Structure) -> Map<String, Value> {
    let typed = |name: &str| Map::from_iter([("type".to_owned(), json!(name))]);
    let flag = |name: &str| Map::from_iter([(name.to_owned(), json!(true))]);
    match structure {
        Structure::Text | Structure::Base64 => typed("string"),
        Structure::Boolean => typed("boolean"),
        Structure::Integer => typed("integer"),
        Structure::Number => typed("number"),
        Structure::IntegerOrText | Structure::Quantity => flag("x-kubernetes-int-or-string"),
        Structure::Anything | Structure::Named(_) => flag("x-kubernetes-preserve-unknown-fields"),
        Structure::Choice(words) => {
            let mut schema = typed("string");
            schema.insert("enum".to_owned(), json!(words));
            schema
        }
        Structure::List(list) => list_schema(list),
        Structure::Map(value) => {
            let mut schema = typed("object");
            schema.insert(
                "additionalProperties".to_owned(),
                Value::Object(self::schema(value)),
            );
            schema
        }
        Structure::Record(record) => record_schema(record),
    }
}

fn list_schema(list: &List) -> Map<String, Value> {
    let mut schema = Map::from_iter([
        ("type".to_owned(), json!("array")),
        ("items".to_owned(), Value::Object(self::schema(&list.item))),
    ]);
    let (style, keys) = match &list.style {
        ListStyle::Atomic => ("atomic", None),
        ListStyle::Set => ("set", None),
        ListStyle::Keyed(keys) => (
            "map",
            Some(keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>()),
        ),
    };
    schema.insert("x-kubernetes-list-type".to_owned(), json!(style));
    schema.extend(keys.map(|keys| ("x-kubernetes-list-map-keys".to_owned(), json!(keys))));
    schema
}

fn record_schema(record: &Record) -> Map<String, Value> {
    let Record {
        fields,
        rest,
        about,
    } = record;
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (key, field) in fields {
        let Field {
            structure,
            need,
            about,
        } = field;
        let mut property = schema(structure);
        if !about.is_empty() {
            property.insert("description".to_owned(), json!(about));
        }
        properties.insert(key.clone(), Value::Object(property));
        required.extend((*need == Need::Required).then_some(key));
    }
    let mut written = Map::from_iter([("type".to_owned(), json!("object"))]);
    let mut add = |key: &str, value: Option<Value>| {
        written.extend(value.map(|value| (key.to_owned(), value)));
    };
    add("description", (!about.is_empty()).then(|| json!(about)));
    add(
        "properties",
        (!properties.is_empty()).then_some(Value::Object(properties)),
    );
    add("required", (!required.is_empty()).then(|| json!(required)));
    add(
        "x-kubernetes-preserve-unknown-fields",
        (*rest == Rest::Open).then_some(Value::Bool(true)),
    );
    written
}

/// Reads a `CustomResourceDefinition` of a cluster: one description for all served versions with the same fields.
///
/// # Errors
/// Says what the object lacks.
pub fn from_definition(definition: &Value) -> Result<Vec<Description>, String> {
    let text = |pointer: &str| {
        let found = definition.pointer(pointer).and_then(Value::as_str);
        found
            .map(str::to_owned)
            .ok_or_else(|| format!("the definition has no `{}`", pointer[1..].replace('/', ".")))
    };
    let versions = definition
        .pointer("/spec/versions")
        .and_then(Value::as_array);
    let versions = versions.ok_or("the definition has no `spec.versions`")?;
    let template = Description {
        group: text("/spec/group")?,
        kind: text("/spec/names/kind")?,
        plural: text("/spec/names/plural")?,
        scope: if text("/spec/scope")? == "Cluster" {
            ScopeWord::Cluster
        } else {
            ScopeWord::Namespaced
        },
        versions: Vec::new(),
        short: Vec::new(),
        about: None,
        status: None,
        columns: Vec::new(),
        fields: Fields::default(),
    };
    let mut descriptions: Vec<Description> = Vec::new();
    for version in versions
        .iter()
        .filter(|version| version["served"] == json!(true))
    {
        let Some(name) = version["name"].as_str() else {
            continue;
        };
        let read = Description {
            status: has_status(version),
            fields: Fields(root(version)),
            ..template.clone()
        };
        let same = descriptions
            .iter_mut()
            .find(|known| known.fields == read.fields && known.status == read.status);
        match same {
            Some(known) => known.versions.push(name.to_owned()),
            None => descriptions.push(Description {
                versions: vec![name.to_owned()],
                ..read
            }),
        }
    }
    Ok(descriptions)
}

fn has_status(version: &Value) -> Option<bool> {
    version.pointer("/subresources/status").map(|_| true)
}

fn root(version: &Value) -> Record {
    let read = version.pointer("/schema/openAPIV3Schema").map(structure);
    match read {
        Some(Structure::Record(mut record)) => {
            record
                .fields
                .retain(|key, _| !IDENTITY.contains(&key.as_str()));
            record
        }
        _ => Record {
            rest: Rest::Open,
            ..Record::default()
        },
    }
}

fn structure(schema: &Value) -> Structure {
    let is = |flag: &str| schema.get(flag) == Some(&json!(true));
    let word = |key: &str| schema.get(key).and_then(Value::as_str);
    if is("x-kubernetes-int-or-string") {
        return Structure::IntegerOrText;
    }
    match word("type") {
        Some("string") => words(schema).map_or(Structure::Text, Structure::Choice),
        Some("boolean") => Structure::Boolean,
        Some("integer") => Structure::Integer,
        Some("number") => Structure::Number,
        Some("array") => Structure::List(Box::new(list(schema))),
        Some("object") => mapping(schema),
        _ => Structure::Anything,
    }
}

fn words(schema: &Value) -> Option<Vec<String>> {
    let words = schema.get("enum")?.as_array()?;
    let words: Option<Vec<String>> = words
        .iter()
        .map(|word| word.as_str().map(str::to_owned))
        .collect();
    words.filter(|words| !words.is_empty())
}

fn list(schema: &Value) -> List {
    let item = schema.get("items").map_or(Structure::Anything, structure);
    let keys = schema
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_array);
    let keys: Vec<ListKey> = keys
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|name| ListKey {
            name: name.to_owned(),
            default: None,
        })
        .collect();
    let has_field = |record: &Record| keys.iter().all(|key| record.fields.contains_key(&key.name));
    let is_scalar = !matches!(
        item,
        Structure::Record(_) | Structure::Map(_) | Structure::List(_)
    );
    if is_scalar && schema.get("x-kubernetes-list-type") == Some(&json!("set")) {
        return List {
            item,
            style: ListStyle::Set,
        };
    }
    let keyed = !keys.is_empty() && matches!(&item, Structure::Record(record) if has_field(record));
    List {
        style: if keyed {
            ListStyle::Keyed(sorted(keys))
        } else {
            ListStyle::Atomic
        },
        item,
    }
}

/// Keys are written as marks on fields, which are ordered by name.
fn sorted(mut keys: Vec<ListKey>) -> Vec<ListKey> {
    keys.sort_by(|one, other| one.name.cmp(&other.name));
    keys
}

fn mapping(schema: &Value) -> Structure {
    if let Some(value) = schema
        .get("additionalProperties")
        .filter(|value| value.is_object())
    {
        return Structure::Map(Box::new(structure(value)));
    }
    let open = [
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
    ];
    let mut record = Record::default();
    if open
        .iter()
        .any(|flag| schema.get(flag) == Some(&json!(true)))
        || schema.get("additionalProperties") == Some(&json!(true))
    {
        record.rest = Rest::Open;
    }
    let required = schema.get("required").and_then(Value::as_array);
    let required: Vec<&str> = required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, property) in properties.into_iter().flatten() {
        if !is_plain_key(key) {
            record.rest = Rest::Open;
            continue;
        }
        let mut field = Field::optional(structure(property));
        // The server fills in a default before it looks for what is required.
        if required.contains(&key.as_str()) && property.get("default").is_none() {
            field.need = Need::Required;
        }
        record.fields.insert(key.clone(), field);
    }
    Structure::Record(record)
}

/// Returns the `CustomResourceDefinition` of each kind that Steading emits, for the lab.
pub fn custom_definitions() -> Vec<Value> {
    super::description::own()
        .iter()
        .map(Description::definition)
        .collect()
}
