//! Copies of estates that are written for somebody else: on a lab they share the estate's name, and each has an environment of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use steading_model::{Node, Sources, Span, yaml};

use super::ground::Ground;
use super::lent::Lent;
use super::operators::operated;
use super::place::Place;
use crate::home::Home;

/// The day on which the estates are checked.
const TODAY: &str = "2026-01-31";

/// What replaces a part of a text.
type Edit = (Span, String);

/// Copies an estate, for one of its environments; that one gets another name here, because the cluster is shared.
pub(super) fn copy(ground: &Ground, folder: &Path, environment: &str, name: &str) -> Place {
    let place = Place::with(ground, folder, name);
    for path in declarations(place.home.path()) {
        let text = fs::read_to_string(&path).expect("the declaration can be read");
        let adapted = adapted(&text, environment, name, &ground.context());
        fs::write(&path, adapted).expect("the declaration can be written");
    }
    place
}

/// Copies an estate without the applications that have errors; returns nothing where the estate itself has errors.
pub(super) fn without_errors(folder: &Path) -> Option<Home> {
    let home = Home::with(folder);
    loop {
        let found = with_errors(&home);
        if found.is_empty() {
            return Some(home);
        }
        for file in found {
            let name = file.strip_prefix("applications/")?.split('/').next()?;
            let folder = home.path().join("applications").join(name);
            fs::remove_dir_all(folder).expect("the application is there");
        }
    }
}

/// Returns the files that have errors, each once.
fn with_errors(home: &Home) -> BTreeSet<String> {
    let checked = home.run(&["check", "--output", "json", "--today", TODAY]);
    let answer: Value = serde_json::from_slice(&checked.stdout).expect("the answer is JSON");
    let findings = answer["findings"].as_array().into_iter().flatten();
    findings
        .filter(|finding| finding["severity"] == "error")
        .filter_map(|finding| finding["file"].as_str().map(str::to_owned))
        .collect()
}

/// Applies all applications of an environment of an estate, each of which must get ready; returns their names, or what went wrong.
pub(super) fn applied(
    ground: &Ground,
    folder: &Path,
    environment: &str,
    name: &str,
) -> Result<BTreeSet<String>, String> {
    let place = copy(ground, folder, environment, name);
    let objects = rendered(&place);
    let names = released(&objects, name);
    if names.is_empty() {
        return Ok(names);
    }
    let lent = Lent::of(&objects);
    lent.to(ground);
    let context = ground.context();
    let line = format!("apply --yes --accept-deletes 1000 --wait 30s --context {context}");
    let ran = operated(ground, &place, &lent, &line);
    let is_complete = |app: &String| {
        ran.out
            .contains(&format!("{name}/{app}: release 1 is complete"))
    };
    if !names.iter().all(is_complete) {
        return Err(ran.text());
    }
    let again = place.run(&format!("plan --detailed-exitcode --context {context}"));
    if again.out.contains("nothing to do") {
        Ok(names)
    } else {
        Err(again.text())
    }
}

/// Returns the applications that objects are of, in an environment.
pub(super) fn released(objects: &[Value], environment: &str) -> BTreeSet<String> {
    let labels = objects.iter().map(|object| &object["metadata"]["labels"]);
    labels
        .filter(|labels| labels["steading.dev/environment"] == environment)
        .filter_map(|labels| labels["steading.dev/application"].as_str())
        .map(str::to_owned)
        .collect()
}

/// Returns all objects of the place's environment.
pub(super) fn rendered(place: &Place) -> Vec<Value> {
    let rendered = place.run("render --output json").code(0);
    let rendered: Value = serde_json::from_str(&rendered.out).expect("the answer is JSON");
    rendered["items"].as_array().cloned().unwrap_or_default()
}

/// Returns the names of the applications that are there, in order.
pub(super) fn applications(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("applications")).into_iter();
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.expect("the entry can be read").file_name())
        .map(|name| name.into_string().expect("the name is text"))
        .collect();
    names.sort();
    names
}

/// Returns the environments of an estate, in order.
pub(super) fn environments(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("estate.yaml")).expect("there is an estate");
    let estate = parsed(&text);
    let environments = estate
        .get("spec")
        .and_then(|spec| spec.get("environments"))
        .map(Node::entries)
        .unwrap_or_default();
    environments.iter().map(|entry| entry.key.clone()).collect()
}

/// Returns the files that are declarations.
fn declarations(home: &Path) -> Vec<PathBuf> {
    let applications = applications(home).into_iter();
    let applications = applications.map(|name| home.join("applications").join(name));
    let mut files: Vec<PathBuf> = applications
        .map(|folder| folder.join("application.yaml"))
        .collect();
    files.push(home.join("estate.yaml"));
    files
}

fn parsed(text: &str) -> Node {
    let mut sources = Sources::default();
    let file = sources.add("declaration", text);
    let (mut documents, _) = yaml::parse(&sources, file);
    documents.pop().expect("there is a declaration")
}

/// Returns a declaration that says another environment, the estate of all tests, and the context of the lab.
fn adapted(text: &str, environment: &str, name: &str, context: &str) -> String {
    let node = parsed(text);
    let mut edits = Vec::new();
    rename(&node, environment, name, &mut edits);
    if node.get("kind").and_then(Node::as_text) == Some("Estate") {
        let estate = node.get("metadata").and_then(|names| names.get("name"));
        edits.extend(estate.map(|estate| (estate.span, "home".to_owned())));
        let environments = node.get("spec").and_then(|spec| spec.get("environments"));
        let contexts = environments.map(Node::entries).unwrap_or_default().iter();
        let contexts = contexts.filter_map(|entry| entry.value.get("context"));
        edits.extend(contexts.map(|node| (node.span, context.to_owned())));
    }
    edited(text, edits)
}

/// Finds all keys and texts that are the name of the environment.
fn rename(node: &Node, from: &str, to: &str, edits: &mut Vec<Edit>) {
    if node.as_text() == Some(from) {
        edits.push((node.span, to.to_owned()));
    }
    for entry in node.entries() {
        if entry.key == from {
            edits.push((entry.key_span, to.to_owned()));
        }
        rename(&entry.value, from, to, edits);
    }
    for item in node.as_list().into_iter().flatten() {
        rename(item, from, to, edits);
    }
}

fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort();
    let mut text = text.to_owned();
    for (span, new) in edits.into_iter().rev() {
        text.replace_range(span.range(), &new);
    }
    text
}

#[test]
fn a_copy_says_another_environment_and_nothing_else() {
    let text = "kind: Estate\nmetadata: { name: hill } # a hill\nspec:\n  environments: { prod: { context: x }, staging: {} }\n  \
                catalogue: { mail: { at: { application: prod-mail, environment: \"prod\" } } }\n";
    assert_eq!(
        adapted(text, "prod", "mine", "lab"),
        "kind: Estate\nmetadata: { name: home } # a hill\nspec:\n  environments: { mine: { context: lab }, staging: {} }\n  \
         catalogue: { mail: { at: { application: prod-mail, environment: mine } } }\n"
    );
}
