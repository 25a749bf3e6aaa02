//! How structures are written in a description.
//!
//! | written | means |
//! |---|---|
//! | `text`, `boolean`, `integer`, `number`, `quantity`, `integer-or-text`, `base64`, `anything` | that |
//! | `one of Rule \| Other` | one of these words |
//! | `text (the name of the Service)` | the same, with what it means |
//! | `[ITEM]` | a list |
//! | `[text@]` | a list whose items are their own keys |
//! | `{ "*": VALUE }` | a mapping with free keys |
//! | `{ name!: text, port: integer }` | a mapping with known keys; `!` must be there |
//! | `{ type@: text }` in a list | the field is (part of) the key of the list's items |
//! | `{ "...": anything }` beside other keys | further keys may stand there |
//! | `{ "#": what it is }` beside other keys | what the mapping means |

use serde_json::{Map, Value};
use steading_model::read::Reader;
use steading_model::{Entry, Mapping, Node};

use super::structure::{Field, List, ListKey, ListStyle, Need, Record, Rest, Structure};

const WORDS: [(&str, Structure); 8] = [
    ("text", Structure::Text),
    ("boolean", Structure::Boolean),
    ("integer", Structure::Integer),
    ("number", Structure::Number),
    ("quantity", Structure::Quantity),
    ("integer-or-text", Structure::IntegerOrText),
    ("base64", Structure::Base64),
    ("anything", Structure::Anything),
];
const CHOICE: &str = "one of ";
const FREE: &str = "*";
const REST: &str = "...";
const ABOUT: &str = "#";
const REQUIRED: char = '!';
const KEY: char = '@';

/// Says whether a key can be written without being taken for something else.
pub(super) fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && ![FREE, REST, ABOUT].contains(&key) && !key.ends_with([REQUIRED, KEY])
}

/// Reads the structure that a node describes.
pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Structure> {
    if let Some(mapping) = node.as_mapping() {
        return match mapping.get(FREE) {
            Some(value) if mapping.entries().len() == 1 => {
                let value = reader.within(FREE, |reader| read(value, reader))?;
                Some(Structure::Map(Box::new(value)))
            }
            _ => read_record(node, reader).map(Structure::Record),
        };
    }
    match node.as_list() {
        Some([item]) => reader.within_index(0, |reader| read_list(item, reader)),
        Some(_) => {
            reader.invalid(node, "must be a list of one item, which describes all");
            None
        }
        None => read_word(node, reader).map(|(structure, _)| structure),
    }
}

fn read_list(item: &Node, reader: &mut Reader<'_>) -> Option<Structure> {
    if let Some(word) = item.as_text().and_then(|text| text.strip_suffix(KEY)) {
        let (item, _) = read_word(&Node::text(word, item.span), reader)?;
        return Some(Structure::List(Box::new(List {
            item,
            style: ListStyle::Set,
        })));
    }
    let entries = item.as_mapping().map(Mapping::entries).unwrap_or_default();
    let keys: Vec<ListKey> = entries.iter().filter_map(list_key).collect();
    let style = if keys.is_empty() {
        ListStyle::Atomic
    } else {
        ListStyle::Keyed(keys)
    };
    let item = read(item, reader)?;
    Some(Structure::List(Box::new(List { item, style })))
}

fn list_key(entry: &Entry) -> Option<ListKey> {
    let name = entry.key.trim_end_matches(REQUIRED).strip_suffix(KEY)?;
    Some(ListKey {
        name: name.to_owned(),
        default: None,
    })
}

/// Reads a mapping with known keys.
pub(super) fn read_record(node: &Node, reader: &mut Reader<'_>) -> Option<Record> {
    let Some(mapping) = node.as_mapping() else {
        reader.wrong_type(node, "a mapping");
        return None;
    };
    let mut record = Record::default();
    let mut complete = true;
    for entry in mapping.entries() {
        match entry.key.as_str() {
            REST => record.rest = Rest::Open,
            ABOUT => record
                .about
                .push_str(entry.value.as_text().unwrap_or_default()),
            key => match reader.within(key, |reader| read_field(entry, reader)) {
                Some((name, field)) => drop(record.fields.insert(name, field)),
                None => complete = false,
            },
        }
    }
    complete.then_some(record)
}

fn read_field(entry: &Entry, reader: &mut Reader<'_>) -> Option<(String, Field)> {
    let (key, need) = match entry.key.strip_suffix(REQUIRED) {
        Some(key) => (key, Need::Required),
        None => (entry.key.as_str(), Need::Optional),
    };
    let key = key.strip_suffix(KEY).unwrap_or(key);
    let (structure, about) = if entry.value.as_scalar().is_some() {
        read_word(&entry.value, reader)?
    } else {
        (read(&entry.value, reader)?, String::new())
    };
    Some((
        key.to_owned(),
        Field {
            structure,
            need,
            about,
        },
    ))
}

fn read_word(node: &Node, reader: &mut Reader<'_>) -> Option<(Structure, String)> {
    let known: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    let Some(text) = node.as_text() else {
        reader.wrong_type(node, "a structure: a word, a mapping or a list of one item");
        return None;
    };
    if let Some(choice) = text.strip_prefix(CHOICE) {
        return read_choice(node, choice, reader);
    }
    let (word, about) = match text.split_once(" (") {
        Some((word, about)) => (word, about.strip_suffix(')').unwrap_or(about)),
        None => (text, ""),
    };
    let found = WORDS.iter().find(|(known, _)| *known == word);
    if found.is_none() {
        reader.unknown_word(node, word, &known);
    }
    found.map(|(_, structure)| (structure.clone(), about.to_owned()))
}

fn read_choice(node: &Node, text: &str, reader: &mut Reader<'_>) -> Option<(Structure, String)> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let (word, after) = read_choice_word(rest).or_else(|| {
            reader.invalid(node, "must be `one of` and words with ` | ` between them");
            None
        })?;
        words.push(word);
        let Some(more) = after.strip_prefix(" | ") else {
            let about = after
                .strip_prefix(" (")
                .and_then(|about| about.strip_suffix(')'));
            return Some((
                Structure::Choice(words),
                about.unwrap_or_default().to_owned(),
            ));
        };
        rest = more;
    }
}

/// Takes one word of a choice, in JSON's quotes where it is not a plain one.
fn read_choice_word(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        let mut words = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let word = words.next()?.ok()?;
        return Some((word, &text[words.byte_offset()..]));
    }
    let end = text.find(|c| !is_choice_character(c)).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

fn is_choice_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._/:-".contains(c)
}

/// Returns a structure as it is written.
pub(super) fn write(structure: &Structure) -> Value {
    match structure {
        Structure::List(list) => Value::Array(vec![write_item(list)]),
        Structure::Map(value) => Value::Object(Map::from_iter([(FREE.to_owned(), write(value))])),
        Structure::Record(record) => write_record(record, &[]),
        Structure::Choice(words) => Value::String(write_choice(words)),
        Structure::Named(_) => Value::String("anything".to_owned()),
        scalar => {
            let word = WORDS.iter().find(|(_, known)| known == scalar);
            Value::String(word.map_or("anything", |(word, _)| word).to_owned())
        }
    }
}

fn write_choice(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        if word.is_empty() || !word.chars().all(is_choice_character) {
            Value::String(word.clone()).to_string()
        } else {
            word.clone()
        }
    });
    format!("{CHOICE}{}", quoted.collect::<Vec<_>>().join(" | "))
}

fn write_item(list: &List) -> Value {
    match (&list.item, &list.style) {
        (Structure::Record(record), ListStyle::Keyed(keys)) => {
            let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
            write_record(record, &names)
        }
        (item, style) => match write(item) {
            Value::String(word) if *style == ListStyle::Set => {
                Value::String(format!("{word}{KEY}"))
            }
            written => written,
        },
    }
}

/// Returns a record as it is written; `keys` are those that make a list's items distinct.
pub(super) fn write_record(record: &Record, keys: &[&str]) -> Value {
    let mut written = Map::new();
    if !record.about.is_empty() {
        written.insert(ABOUT.to_owned(), Value::String(record.about.clone()));
    }
    for (name, field) in &record.fields {
        let mut key = name.clone();
        key.extend(keys.contains(&name.as_str()).then_some(KEY));
        key.extend((field.need == Need::Required).then_some(REQUIRED));
        written.insert(key, write_field(field));
    }
    if record.rest == Rest::Open {
        written.insert(REST.to_owned(), Value::String("anything".to_owned()));
    }
    Value::Object(written)
}

fn write_field(field: &Field) -> Value {
    match write(&field.structure) {
        Value::String(word) if !field.about.is_empty() => {
            Value::String(format!("{word} ({})", field.about))
        }
        written => written,
    }
}
