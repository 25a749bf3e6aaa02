//! `steading import manifest`: the older format of declarations.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use steading_model::emit;
use steading_model::legacy::Decision;
use steading_model::load::{ApplicationFile, Declarations, Form, InputFile, OLDER_FORMAT, load};

use crate::diagnostics::{self, Findings};
use crate::error::{CommandError, Outcome, WhileDoing};
use crate::new_file;
use crate::output::{self, Format, OutputOption};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading import manifest .deploy/manifest.yaml
  steading import manifest app.yaml --output-file applications/app/application.yaml
  steading import manifest app.yaml --base values.yaml   values that lie under it, as with `helm -f`

Each decision that the older format left open stands as a comment above the result.";

/// Turn declarations of the older format into the current one
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Manifest {
    /// Declarations in the older format
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Values that lie under each declaration; several in order
    #[arg(long, value_name = "FILE")]
    base: Vec<PathBuf>,

    /// Write the result to a new file
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,

    #[command(flatten)]
    output: OutputOption,
}

#[derive(Serialize)]
struct JsonImport {
    application: Value,
    decisions: Vec<JsonDecision>,
}

#[derive(Serialize)]
struct JsonDecision {
    file: String,
    line: u32,
    column: u32,
    text: String,
}

/// Runs `steading import manifest`.
pub(crate) fn run(arguments: Manifest, session: &Session) -> Result<Outcome, CommandError> {
    let Manifest {
        files,
        base,
        output_file,
        output,
    } = arguments;
    let mut input = Vec::new();
    for path in &base {
        let (path, bytes) = read(session, path)?;
        input.push(InputFile::base(path, bytes));
    }
    for path in &files {
        let (path, bytes) = read(session, path)?;
        input.push(InputFile::declaration(path, bytes));
    }
    let (declarations, report) = load(input);
    let report = report.map(|finding| (finding.code != OLDER_FORMAT).then_some(finding));
    if !report.is_empty() {
        let findings = Findings {
            report: &report,
            sources: &declarations.sources,
            prefix: "",
        };
        diagnostics::say(&session.ui, findings, "");
    }
    if report.has_errors() {
        return Ok(Outcome::Findings);
    }
    let imported = imported(&declarations)?;
    match (output_file, output.output) {
        (Some(path), _) => write_new(session, &path, &text(&declarations, &imported))?,
        (None, Format::Text) => session
            .ui
            .data()
            .write_all(text(&declarations, &imported).as_bytes())?,
        (None, Format::Json) => output::json(&session.ui, &json(&declarations, &imported))?,
    }
    Ok(Outcome::Success)
}

fn read(session: &Session, path: &Path) -> Result<(String, Vec<u8>), CommandError> {
    let bytes = fs::read(session.settings.directory.join(path))
        .while_doing(|| format!("cannot read `{}`", path.display()))?;
    Ok((path.display().to_string(), bytes))
}

type Imported<'a> = (&'a ApplicationFile, &'a [Decision]);

fn imported(declarations: &Declarations) -> Result<Vec<Imported<'_>>, CommandError> {
    let mut imported = Vec::new();
    for file in &declarations.applications {
        match &file.form {
            Form::Older(decisions) => imported.push((file, decisions.as_slice())),
            Form::Current => {
                let path = declarations.sources.path(file.file());
                return Err(CommandError::failure(format!(
                    "`{path}` is in the current form already"
                )));
            }
        }
    }
    if imported.is_empty() {
        return Err(CommandError::failure("there is no application to import"));
    }
    Ok(imported)
}

fn text(declarations: &Declarations, imported: &[Imported<'_>]) -> String {
    let sources = &declarations.sources;
    let documents = imported.iter().map(|(file, decisions)| {
        let heading = format!(
            "# From `{}`, in the older format. What was decided:\n",
            sources.path(file.file())
        );
        let place = |decision: &Decision| match sources.position(decision.span).line {
            line if decision.span.file == file.file() => format!("line {line}"),
            line => format!("{}:{line}", sources.path(decision.span.file)),
        };
        let notes = decisions
            .iter()
            .map(|decision| format!("# - {}: {}\n", place(decision), decision.text));
        let heading = if decisions.is_empty() {
            String::new()
        } else {
            heading
        };
        heading + &notes.collect::<String>() + &emit::node(&file.node)
    });
    documents.collect::<Vec<_>>().join("---\n")
}

fn json(declarations: &Declarations, imported: &[Imported<'_>]) -> Vec<JsonImport> {
    let decision = |decision: &Decision| {
        let position = declarations.sources.position(decision.span);
        JsonDecision {
            file: declarations.sources.path(decision.span.file).to_owned(),
            line: position.line,
            column: position.column,
            text: decision.text.clone(),
        }
    };
    let one = |(file, decisions): &Imported<'_>| JsonImport {
        application: file.node.to_json(),
        decisions: decisions.iter().map(decision).collect(),
    };
    imported.iter().map(one).collect()
}

fn write_new(session: &Session, path: &Path, text: &str) -> Result<(), CommandError> {
    new_file::write(&session.settings.directory, path, text)?;
    session.ui.say(&format!("wrote `{}`", path.display()));
    Ok(())
}
