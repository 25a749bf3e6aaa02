//! From an API server's `OpenAPI` v3 documents to [`Definitions`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::definitions::{Definitions, Scope, ServedKind};
use super::structure::{Field, List, ListKey, ListStyle, Need, Record, Rest, Structure};

const METADATA: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const REFERENCE: &str = "#/components/schemas/";

/// All schemas by name.
type Schemas<'a> = BTreeMap<&'a str, &'a Value>;

/// Reads the documents.
pub(super) fn definitions(documents: &[(String, Value)]) -> Result<Definitions, String> {
    let mut schemas = Schemas::new();
    let mut kinds: BTreeMap<ServedKind, &str> = BTreeMap::new();
    for (name, document) in documents {
        let components = object(document, "/components/schemas")
            .ok_or_else(|| format!("`{name}` has no `components.schemas`"))?;
        schemas.extend(
            components
                .iter()
                .map(|(name, schema)| (name.as_str(), schema)),
        );
        let paths = object(document, "/paths").ok_or_else(|| format!("`{name}` has no `paths`"))?;
        kinds.extend(paths.iter().filter_map(|(path, item)| served(path, item)));
    }
    if !schemas.contains_key(METADATA) {
        return Err(format!("no document holds `{METADATA}`"));
    }
    let places = places(&schemas, kinds.values().copied());
    let reader = Reader {
        schemas: &schemas,
        places: &places,
    };
    let place = |name: &str| reader.place(name);
    Ok(Definitions {
        types: places
            .keys()
            .map(|name| reader.named(name))
            .collect::<Result<_, _>>()?,
        metadata: place(METADATA)?,
        kinds: kinds
            .into_iter()
            .map(|(kind, root)| Ok((kind, place(root)?)))
            .collect::<Result<_, String>>()?,
    })
}

fn object<'a>(value: &'a Value, pointer: &str) -> Option<&'a serde_json::Map<String, Value>> {
    value.pointer(pointer)?.as_object()
}

/// Returns the kind that is read at a path such as `/apis/apps/v1/namespaces/{namespace}/deployments/{name}`, and its schema's name.
fn served<'a>(path: &str, item: &'a Value) -> Option<(ServedKind, &'a str)> {
    let before = path.strip_suffix("/{name}")?;
    let plural = before.rsplit('/').next()?;
    let scope = if before.ends_with(&format!("/namespaces/{{namespace}}/{plural}")) {
        Scope::Namespaced
    } else {
        Scope::Cluster
    };
    // Watches of one object have such a path too, and answer with events.
    let read = item
        .get("get")
        .filter(|read| read["x-kubernetes-action"] == "get")?;
    let named = read.get("x-kubernetes-group-version-kind")?;
    let text = |key: &str| named.get(key)?.as_str().map(str::to_owned);
    let answer = read.pointer("/responses/200/content/application~1json/schema/$ref")?;
    let kind = ServedKind {
        group: text("group")?,
        kind: text("kind")?,
        version: text("version")?,
        plural: plural.to_owned(),
        scope,
    };
    Some((kind, answer.as_str()?.strip_prefix(REFERENCE)?))
}

/// Returns the place of each type that a root or `metadata` leads to.
fn places<'a>(
    schemas: &Schemas<'a>,
    roots: impl Iterator<Item = &'a str>,
) -> BTreeMap<&'a str, usize> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&str> = roots.chain([METADATA]).collect();
    while let Some(name) = waiting.pop() {
        if let Some((name, schema)) = schemas.get_key_value(name)
            && reached.insert(*name)
        {
            collect_references(schema, &mut waiting);
        }
    }
    reached
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect()
}

fn collect_references<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(entries) => {
            let reference = entries.get("$ref").and_then(Value::as_str);
            found.extend(reference.and_then(|reference| reference.strip_prefix(REFERENCE)));
            entries
                .values()
                .for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, found)),
        _ => {}
    }
}

struct Reader<'a> {
    schemas: &'a Schemas<'a>,
    places: &'a BTreeMap<&'a str, usize>,
}

impl Reader<'_> {
    fn place(&self, name: &str) -> Result<usize, String> {
        self.places
            .get(name)
            .copied()
            .ok_or_else(|| format!("no document holds `{name}`"))
    }

    fn named(&self, name: &str) -> Result<Structure, String> {
        if name == QUANTITY {
            return Ok(Structure::Quantity);
        }
        let schema = self
            .schemas
            .get(name)
            .ok_or_else(|| format!("no document holds `{name}`"))?;
        self.structure(schema)
    }

    fn structure(&self, schema: &Value) -> Result<Structure, String> {
        if let Some(name) = reference(schema) {
            return self.place(name).map(Structure::Named);
        }
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        Ok(match (text("type"), text("format")) {
            (_, Some("int-or-string")) => Structure::IntegerOrText,
            (Some("string"), Some("byte")) => Structure::Base64,
            (Some("string"), _) => words(schema).map_or(Structure::Text, Structure::Choice),
            (Some("boolean"), _) => Structure::Boolean,
            (Some("integer"), _) => Structure::Integer,
            (Some("number"), _) => Structure::Number,
            (Some("array"), _) => Structure::List(Box::new(self.list(schema)?)),
            (Some("object"), _) => self.mapping(schema)?,
            _ => Structure::Anything,
        })
    }

    fn list(&self, schema: &Value) -> Result<List, String> {
        let items = schema.get("items").unwrap_or(&Value::Null);
        Ok(List {
            item: self.structure(items)?,
            style: self.style(schema, items),
        })
    }

    fn style(&self, schema: &Value, items: &Value) -> ListStyle {
        match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
            Some("set") => ListStyle::Set,
            Some("map") => {
                let item = reference(items)
                    .and_then(|name| self.schemas.get(name).copied())
                    .unwrap_or(items);
                let names = schema
                    .get("x-kubernetes-list-map-keys")
                    .and_then(Value::as_array);
                let names = names.into_iter().flatten().filter_map(Value::as_str);
                ListStyle::Keyed(names.map(|name| list_key(name, item)).collect())
            }
            _ => ListStyle::Atomic,
        }
    }

    fn mapping(&self, schema: &Value) -> Result<Structure, String> {
        if let Some(value) = schema
            .get("additionalProperties")
            .filter(|value| value.is_object())
        {
            return self
                .structure(value)
                .map(|value| Structure::Map(Box::new(value)));
        }
        let Some(properties) = object(schema, "/properties") else {
            return Ok(Structure::Map(Box::new(Structure::Anything)));
        };
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut record = Record {
            rest: Rest::Closed,
            ..Record::default()
        };
        for (key, property) in properties {
            let mut field = Field::optional(self.structure(property)?);
            if required.contains(&key.as_str()) {
                field.need = Need::Required;
            }
            record.fields.insert(key.clone(), field);
        }
        Ok(Structure::Record(record))
    }
}

fn reference(schema: &Value) -> Option<&str> {
    let direct = schema.get("$ref");
    let wrapped = || schema.pointer("/allOf/0/$ref");
    direct.or_else(wrapped)?.as_str()?.strip_prefix(REFERENCE)
}

fn words(schema: &Value) -> Option<Vec<String>> {
    let words = schema.get("enum")?.as_array()?;
    words
        .iter()
        .map(|word| word.as_str().map(str::to_owned))
        .collect()
}

fn list_key(name: &str, item: &Value) -> ListKey {
    let default = item
        .get("properties")
        .and_then(|fields| fields.get(name)?.get("default"));
    // Fields of a number type carry Go's zero value as a default; only text defaults are made by the server.
    ListKey {
        name: name.to_owned(),
        default: default
            .filter(|value| value.as_str().is_some_and(|text| !text.is_empty()))
            .cloned(),
    }
}
