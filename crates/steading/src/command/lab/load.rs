//! `steading lab load`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use steading_lab::LabName;
use steading_model::{Node, Sources, yaml};

use super::place::open;
use crate::error::{CommandError, Outcome, WhileDoing};
use crate::session::Session;

const AFTER_HELP: &str = "\
Example:
  steading lab load home secrets.yaml    what someone else would have made in a real cluster";

/// Apply Kubernetes objects to a lab: what others make in a real cluster, such as secrets and namespaces
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Load {
    /// The name of the lab
    #[arg(value_name = "NAME")]
    name: LabName,
    /// Files with objects, as YAML or JSON
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

pub(super) async fn run(arguments: Load, session: &Session) -> Result<Outcome, CommandError> {
    let Load { name, files } = arguments;
    let lab = open(session, &name)?;
    let mut objects = Vec::new();
    for file in &files {
        objects.extend(read(&session.settings.directory.join(file), file)?);
    }
    let (definitions, objects): (Vec<_>, Vec<_>) = objects
        .into_iter()
        .partition(|object| object["kind"] == "CustomResourceDefinition");
    lab.install_crds(&definitions).await?;
    lab.apply(&objects).await?;
    session.ui.say(&format!(
        "{} objects applied to lab `{name}`",
        definitions.len() + objects.len()
    ));
    Ok(Outcome::Success)
}

fn read(path: &Path, shown: &Path) -> Result<Vec<Value>, CommandError> {
    let shown = shown.display().to_string();
    let text = fs::read_to_string(path).while_doing(|| format!("cannot read `{shown}`"))?;
    let mut sources = Sources::default();
    let file = sources.add(&shown, text);
    let (documents, report) = yaml::parse(&sources, file);
    if let Some(finding) = report
        .diagnostics()
        .iter()
        .find(|finding| finding.severity == steading_model::Severity::Error)
    {
        let place = finding
            .span
            .map(|span| sources.place(span))
            .unwrap_or(shown);
        return Err(CommandError::failure(format!(
            "{place}: {}",
            finding.message
        )));
    }
    let objects = documents.iter().map(Node::to_json).flat_map(items);
    objects
        .map(|object| {
            if is_object(&object) {
                Ok(object)
            } else {
                Err(not_an_object(&shown))
            }
        })
        .collect()
}

/// Takes a `List` apart.
fn items(object: Value) -> Vec<Value> {
    match object {
        Value::Object(mut list) if list.get("kind").is_some_and(|kind| kind == "List") => {
            match list.remove("items") {
                Some(Value::Array(items)) => items,
                _ => Vec::new(),
            }
        }
        other => vec![other],
    }
}

fn is_object(object: &Value) -> bool {
    object["apiVersion"].is_string()
        && object["kind"].is_string()
        && object["metadata"]["name"].is_string()
}

fn not_an_object(shown: &str) -> CommandError {
    CommandError::failure(format!(
        "`{shown}` holds a document without `apiVersion`, `kind` or `metadata.name`"
    ))
}
