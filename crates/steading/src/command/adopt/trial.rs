//! Trying edits: compile with the edit, and see whether the field is what it is in the cluster.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::explain::{Explained, Origin, explain};
use steading_model::load::{ApplicationFile, InputFile};
use steading_model::name::DurationText;
use steading_model::{Desired, FieldPath, ObjectId, Report};
use steading_plan::{Departure, Drift, FieldChange, ReleaseKey, drift, release_key};

use super::edit::{self, Edit};
use super::list;
use crate::command::drift::Compared;
use crate::pipeline::Loaded;

/// A field of an object.
type Field = (ObjectId, String);

/// What differs from the cluster; of an object that is not there, nothing more is known.
type Differences = BTreeMap<Field, Option<FieldChange>>;

/// The files, with what was adopted so far.
pub(super) struct Ground<'a> {
    files: Vec<InputFile>,
    prefix: &'a str,
    compared: &'a Compared,
}

impl<'a> Ground<'a> {
    pub(super) fn new(files: Vec<InputFile>, prefix: &'a str, compared: &'a Compared) -> Self {
        Self {
            files,
            prefix,
            compared,
        }
    }

    pub(super) fn into_files(self) -> Vec<InputFile> {
        self.files
    }

    /// Finds the edit that makes a field what it is in the cluster, and carries it out.
    pub(super) fn adopt(
        &mut self,
        key: &ReleaseKey,
        id: &ObjectId,
        change: &FieldChange,
    ) -> Option<Edit> {
        let loaded = self.loaded(&self.files);
        let file = loaded.declarations.application(&key.application)?;
        let before = self.differences(&loaded, file, key)?;
        let field = (id.clone(), change.path.clone());
        let Some(change) = before.get(&field) else {
            return Some(Edit {
                path: String::new(),
                bytes: Vec::new(),
                what: "written with the one before".to_owned(),
            });
        };
        let edits = edits(&loaded, file, key, change.as_ref()?);
        let tried = edits.into_iter().filter_map(|edit| {
            let after = self.after(&edit, key)?;
            let fresh = after
                .keys()
                .filter(|field| !before.contains_key(field))
                .count();
            (!after.contains_key(&field)).then_some((fresh, edit))
        });
        let (_, edit) = tried.min_by_key(|(fresh, _)| *fresh)?;
        self.write(&edit);
        Some(edit)
    }

    fn write(&mut self, edit: &Edit) {
        for file in &mut self.files {
            if file.path == edit.path {
                file.bytes.clone_from(&edit.bytes);
            }
        }
    }

    fn loaded(&self, files: &[InputFile]) -> Loaded {
        Loaded::of_files(files.to_vec(), Report::default(), self.prefix.to_owned())
    }

    /// Returns the fields that would still differ from the cluster with an edit; nothing where the declaration would be wrong.
    fn after(&self, edit: &Edit, key: &ReleaseKey) -> Option<Differences> {
        let mut files = self.files.clone();
        let file = files.iter_mut().find(|file| file.path == edit.path)?;
        file.bytes.clone_from(&edit.bytes);
        let loaded = self.loaded(&files);
        if loaded.report.has_errors() {
            return None;
        }
        let file = loaded.declarations.application(&key.application)?;
        self.differences(&loaded, file, key)
    }

    /// Returns the fields in which the declaration differs from the cluster.
    fn differences(
        &self,
        loaded: &Loaded,
        file: &ApplicationFile,
        key: &ReleaseKey,
    ) -> Option<Differences> {
        let desired = compiled(loaded, file, &key.environment)?;
        let found = drift(
            std::slice::from_ref(&desired),
            &self.compared.observed,
            &self.compared.options,
        );
        Some(found.iter().flat_map(fields).collect())
    }
}

/// Returns all edits that may be the one.
fn edits(
    loaded: &Loaded,
    file: &ApplicationFile,
    key: &ReleaseKey,
    change: &FieldChange,
) -> Vec<Edit> {
    let (Some(application), _) = loaded.resolve(file, &key.environment) else {
        return Vec::new();
    };
    let rows = explain(&loaded.declarations, file, &application, None);
    let sources = loaded.sources();
    let Some(live) = &change.before else {
        let removals = rows
            .iter()
            .filter_map(|row| edit::removal(row, application.tree.key_span_at(&row.path), sources));
        return removals.collect();
    };
    let Some(old) = &change.after else {
        return Vec::new();
    };
    if let (Value::Array(old), Value::Array(live)) = (old, live) {
        let lists = rows.iter().filter_map(|row| {
            let list = application.tree.find(&row.path)?;
            list::rewritten(row, list, old, live, sources)
        });
        return lists.collect();
    }
    let holding = rows.iter().filter(|row| holds(row, old));
    let mut edits: Vec<Edit> = holding
        .clone()
        .flat_map(|row| edit::replacements(row, live, sources))
        .collect();
    let built_in = holding.filter(|row| row.origin == Origin::BuiltIn);
    edits.extend(built_in.filter_map(|row| inserted(loaded, file, row, live)));
    edits
}

/// Says whether a row may be where a value of an object comes from.
fn holds(row: &Explained, value: &Value) -> bool {
    let seconds = DurationText::parse(&row.value)
        .ok()
        .map(|text| text.seconds());
    match value {
        Value::String(text) => row.value == *text,
        Value::Number(number) => {
            row.value == number.to_string() || seconds.is_some() && seconds == number.as_u64()
        }
        Value::Bool(word) => row.value == word.to_string(),
        _ => false,
    }
}

fn inserted(
    loaded: &Loaded,
    file: &ApplicationFile,
    row: &Explained,
    live: &Value,
) -> Option<Edit> {
    let spec = FieldPath::default().key("spec");
    let first = file.node.find(&spec)?.entries().first()?.key_span;
    let source = loaded.sources().file(file.file());
    let edit = edit::insertion(row, live, (source.text(), first))?;
    Some(Edit {
        path: source.path().to_owned(),
        ..edit
    })
}

fn compiled(loaded: &Loaded, file: &ApplicationFile, environment: &str) -> Option<Desired> {
    let (application, report) = loaded.resolve(file, environment);
    if report.has_errors() {
        return None;
    }
    let (mut desired, report) = steading_compile::compile(loaded.estate()?, &[application?]);
    (!report.has_errors()).then(|| desired.pop())?
}

fn fields(drift: &Drift) -> Vec<(Field, Option<FieldChange>)> {
    let objects = drift.objects.iter();
    let fields = objects.flat_map(|object| match &object.departure {
        Departure::Changed(changes) => {
            let changes = changes.iter();
            let field = |change: &FieldChange| {
                (
                    (object.id.clone(), change.path.clone()),
                    Some(change.clone()),
                )
            };
            changes.map(field).collect()
        }
        Departure::Gone | Departure::Unclear(_) => {
            vec![((object.id.clone(), String::new()), None)]
        }
    });
    fields.collect()
}

/// Returns which applications are others with the changed files, by environment.
pub(super) fn affected(
    loaded: &Loaded,
    before: &[InputFile],
    changed: &[InputFile],
) -> BTreeMap<String, Vec<String>> {
    let mut affected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if changed.is_empty() {
        return affected;
    }
    let files = before.iter().map(|file| {
        let new = changed.iter().find(|other| other.path == file.path);
        new.unwrap_or(file).clone()
    });
    let after = Loaded::of_files(files.collect(), Report::default(), String::new());
    let environments = loaded.environments(None).unwrap_or_default();
    let old = loaded.compile(&environments).desired;
    for new in after.compile(&environments).desired {
        let key = release_key(&new);
        let is_same = old
            .iter()
            .any(|old| release_key(old) == key && is_same(old, &new));
        if !is_same {
            affected
                .entry(key.environment)
                .or_default()
                .push(key.application);
        }
    }
    affected
}

fn is_same(old: &Desired, new: &Desired) -> bool {
    let objects = |desired: &Desired| -> Vec<Value> {
        desired
            .objects
            .iter()
            .map(|object| object.json.clone())
            .collect()
    };
    objects(old) == objects(new)
}
