//! The declaration of an application that was retired: it may stay as it is, and then the next plan says so; `--write` takes the
//! environment out of it.

use std::collections::BTreeMap;

use steading_model::Node;
use steading_model::load::{ApplicationFile, Form, InputFile};

use super::subject::Subject;
use crate::error::{CommandError, WhileDoing};
use crate::estate;
use crate::pipeline::Loaded;
use crate::session::Session;

/// What is done with the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// It is said what to do.
    Say,
    /// It is done.
    Write,
}

/// What becomes of the file.
enum Change {
    Remove,
    Text(String),
}

/// Each application with its environments.
type Declared = BTreeMap<String, Vec<String>>;

/// Says what is left to do in the files, or does it.
pub(super) fn settle(session: &Session, subject: &Subject, edit: Edit) -> Result<(), CommandError> {
    let Some(file) = subject.file() else {
        return Ok(());
    };
    if edit == Edit::Say {
        session.ui.say(&todo(subject, file));
        return Ok(());
    }
    let Some(change) = change(subject, file) else {
        session.ui.say(&todo(subject, file));
        return Err(CommandError::failure(
            "the application is retired, and its file must be changed by hand",
        ));
    };
    write(session, subject, file, &change)
}

fn todo(subject: &Subject, file: &ApplicationFile) -> String {
    let environment = subject.environment().name;
    let place = subject.loaded.place(span(file, environment.as_str()));
    let what = match &file.instance {
        Some(instance) => format!(
            "take `{}` out of the `instances` of {}",
            instance.instance.name, place.file
        ),
        None => format!("take `{environment}` out of its `environments` at {place}"),
    };
    format!(
        "{what}: until then `steading plan` says that it is declared, and `apply` does not bring it back"
    )
}

fn span(file: &ApplicationFile, environment: &str) -> steading_model::Span {
    let environments = file.node.get("environments");
    let entry = environments
        .and_then(Node::as_mapping)
        .and_then(|mapping| mapping.entry(environment));
    entry.map_or_else(|| file.name_span(), |entry| entry.key_span)
}

/// Returns the change that takes the environment, and nothing else, out of the declarations; none where there is no such.
fn change(subject: &Subject, file: &ApplicationFile) -> Option<Change> {
    let is_simple = file.instance.is_none() && file.form == Form::Current;
    let environment = subject.environment().name.as_str();
    let sources = subject.loaded.sources();
    let text = sources.file(file.file()).text();
    let change = match file.environments().len() {
        _ if !is_simple => return None,
        1 => Change::Remove,
        _ => Change::Text(without(text, file.node.get("environments")?, environment)?),
    };
    Some(change)
}

/// Returns the text without an entry of a mapping.
fn without(text: &str, mapping: &Node, key: &str) -> Option<String> {
    let entries = mapping.entries();
    let at = entries.iter().position(|entry| entry.key == key)?;
    let start = |at: usize| Some(entries.get(at)?.key_span.range().start);
    let end = |at: usize| {
        let entry = entries.get(at)?;
        Some(entry.value.span.range().end.max(entry.key_span.range().end))
    };
    let is_flow = text.get(mapping.span.range())?.starts_with('{');
    let gone = match (is_flow, start(at + 1)) {
        (true, Some(next)) => start(at)?..next,
        (true, None) => end(at.checked_sub(1)?)?..end(at)?,
        (false, _) => lines(text, start(at)?, end(at)?),
    };
    Some(format!(
        "{}{}",
        text.get(..gone.start)?,
        text.get(gone.end..)?
    ))
}

/// Returns the whole lines of a part, without the empty ones after it.
fn lines(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = start + text[start..end].trim_end().len();
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |at| last + at + 1);
    first..end
}

/// Writes what the change makes of the files, if that is what was meant.
fn write(
    session: &Session,
    subject: &Subject,
    file: &ApplicationFile,
    change: &Change,
) -> Result<(), CommandError> {
    let directory = session.estate()?;
    let path = subject.loaded.sources().path(file.file()).to_owned();
    let (files, report) = estate::read(&directory);
    let changed = Loaded::of_files(with(files, &path, change), report, String::new());
    let mut wanted = declared(&subject.loaded);
    leave(&mut wanted, subject);
    if changed.report.has_errors() || declared(&changed) != wanted {
        session.ui.say(&todo(subject, file));
        return Err(CommandError::failure(format!(
            "`{path}` cannot be changed without changing more than that: nothing is written"
        )));
    }
    let place = directory.path().join(&path);
    let (written, said) = match change {
        Change::Remove => (
            std::fs::remove_file(&place),
            "removed; other files of its folder are left",
        ),
        Change::Text(text) => (std::fs::write(&place, text), "written"),
    };
    written.while_doing(|| format!("cannot write `{path}`"))?;
    session.ui.say(&format!("`{path}`: {said}; commit it"));
    Ok(())
}

fn with(files: Vec<InputFile>, path: &str, change: &Change) -> Vec<InputFile> {
    let changed = |file: InputFile| match change {
        Change::Remove if file.path == path => None,
        Change::Text(text) if file.path == path => Some(InputFile {
            bytes: text.clone().into_bytes(),
            ..file
        }),
        _ => Some(file),
    };
    files.into_iter().filter_map(changed).collect()
}

fn declared(loaded: &Loaded) -> Declared {
    let files = loaded.declarations.applications.iter();
    let environments = |file: &ApplicationFile| {
        let names = file.environments().into_iter();
        names.map(str::to_owned).collect()
    };
    files
        .map(|file| (file.name.to_string(), environments(file)))
        .collect()
}

/// Takes the application out of its environment.
fn leave(declared: &mut Declared, subject: &Subject) {
    let name = subject.application.as_str();
    let environment = subject.environment().name.as_str();
    let Some(environments) = declared.get_mut(name) else {
        return;
    };
    environments.retain(|one| one != environment);
    if environments.is_empty() {
        declared.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use steading_model::{Sources, yaml};

    use super::*;

    /// Returns the text without `prod` in its `environments`.
    fn cut(text: &str) -> Option<String> {
        let mut sources = Sources::default();
        let file = sources.add("application.yaml", text);
        let (documents, _) = yaml::parse(&sources, file);
        without(text, documents[0].get("environments")?, "prod")
    }

    #[test]
    fn an_environment_is_taken_out_as_it_was_written() {
        for (text, expected) in [
            (
                "spec: {}\nenvironments:\n  prod:\n    replicas: 2\n\n  # for trials\n  staging: {}\n",
                "spec: {}\nenvironments:\n\n  # for trials\n  staging: {}\n",
            ),
            (
                "environments:\n  staging: {}\n  prod: { replicas: 2 } # two\n",
                "environments:\n  staging: {}\n",
            ),
            (
                "environments:\n  staging: {}\n  prod:\nspec: {}\n",
                "environments:\n  staging: {}\nspec: {}\n",
            ),
            (
                "environments: { prod: {}, staging: {} }\n",
                "environments: { staging: {} }\n",
            ),
            (
                "environments: { staging: {}, prod: { replicas: 2 } }\n",
                "environments: { staging: {} }\n",
            ),
        ] {
            assert_eq!(cut(text).as_deref(), Some(expected));
        }
    }
}
