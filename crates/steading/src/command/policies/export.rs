//! `steading policies export`: the estate's own rules as policies for the API server.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use steading_model::{Object, emit};
use steading_rules::policy::Exported;

use super::list::refuse;
use crate::diagnostics;
use crate::error::{CommandError, Outcome, WhileDoing};
use crate::names;
use crate::output::{self, Format, OutputOption};
use crate::pipeline::Loaded;
use crate::session::Session;
use crate::settings;

const AFTER_HELP: &str = "\
Examples:
  steading policies export | kubectl apply -f -
  steading policies export no-latest --output-dir rendered   a file for each rule

Applications that waive a rule today are left out of its policy, so export again when waivers change; rules with `install: true` are
kept in the cluster by `steading apply`.";

/// Print the estate's own rules over objects as `ValidatingAdmissionPolicy` with bindings
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Export {
    /// Rules to print [default: all that are about objects]
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// Write a file for each rule into a folder instead, as DIR/NAME.yaml
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    output_dir: Option<PathBuf>,

    #[command(flatten)]
    output: OutputOption,
}

/// A rule with its policy and binding.
type Named<'a> = (&'a str, Vec<Object>);

/// Runs `steading policies export`.
pub(crate) fn run(arguments: Export, session: &Session) -> Result<Outcome, CommandError> {
    let Export {
        names,
        output_dir,
        output,
    } = arguments;
    let loaded = Loaded::read(session)?;
    if let Some(outcome) = refuse(session, &loaded) {
        return Ok(outcome);
    }
    let known: Vec<&str> = loaded.policies().names().collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(names::unknown("rule", unknown, &known));
    }
    let mut outcome = Outcome::Success;
    let mut exported: Vec<Named<'_>> = Vec::new();
    for (name, what) in loaded.exported_policies(settings::today())? {
        let is_named = names.iter().any(|named| named == name);
        match what {
            _ if !is_named && !names.is_empty() => {}
            Exported::Policy(objects) => exported.push((name, objects)),
            Exported::Nothing(why) => {
                session.ui.say(&format!("`{name}` is not exported: {why}"));
                if is_named {
                    outcome = Outcome::Findings;
                }
            }
        }
    }
    print(session, &exported, output_dir.as_deref(), output)?;
    Ok(outcome)
}

fn print(
    session: &Session,
    exported: &[Named<'_>],
    folder: Option<&Path>,
    output: OutputOption,
) -> Result<(), CommandError> {
    match (folder, output.output) {
        (Some(folder), _) => write_files(session, folder, exported),
        (None, Format::Text) => {
            for (_, objects) in exported {
                session.ui.data().write_all(text(objects).as_bytes())?;
            }
            Ok(())
        }
        (None, Format::Json) => {
            let objects = exported.iter().flat_map(|(_, objects)| objects);
            let items: Vec<_> = objects.map(|object| &object.json).collect();
            output::json(
                &session.ui,
                &json!({ "apiVersion": "v1", "kind": "List", "items": items }),
            )
        }
    }
}

fn text(objects: &[Object]) -> String {
    let mut text = String::new();
    for object in objects {
        text.push_str("---\n");
        text.push_str(&emit::kubernetes(&object.json));
    }
    text
}

fn write_files(
    session: &Session,
    folder: &Path,
    exported: &[Named<'_>],
) -> Result<(), CommandError> {
    let root = session.settings.directory.join(folder);
    fs::create_dir_all(&root)
        .while_doing(|| format!("cannot make the folder `{}`", folder.display()))?;
    for (name, objects) in exported {
        let file = format!("{name}.yaml");
        fs::write(root.join(&file), text(objects))
            .while_doing(|| format!("cannot write `{}`", folder.join(&file).display()))?;
    }
    let files = diagnostics::count(exported.len(), "file");
    session
        .ui
        .say(&format!("wrote {files} to `{}`", folder.display()));
    Ok(())
}
