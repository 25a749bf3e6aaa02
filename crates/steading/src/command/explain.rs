//! `steading explain`: each value of an application, and where it comes from; or what answers on a host and path.

mod graph;
mod route;
mod runs;

use std::io::Write;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use steading_model::application::Application;
use steading_model::explain::{Explained, explain, fields};
use steading_model::{FieldPath, Position, Report, Span};

use crate::diagnostics::{self, tally};
use crate::error::{CommandError, Outcome};
use crate::names;
use crate::output::{self, Format, OutputOption};
use crate::pipeline::{Loaded, Selection};
use crate::session::Session;
use crate::settings;
use crate::ui::{Table, Ui};
use runs::NextRuns;

/// The widest that a value gets in the table; JSON has all of it.
const WIDEST: usize = 60;

const AFTER_HELP: &str = "\
Examples:
  steading explain shop --env prod                    every value of `shop` in `prod`
  steading explain shop:resources --env prod          a field and all below it
  steading explain 'shop:ingress[0].host' --env prod  one value
  steading explain shop:jobs.bill --env prod          a job, and when it runs next
  steading explain route shop.example.org/api         what answers there, and past which gates
  steading explain graph --env prod                   which application needs which";

/// Say where every value of an application comes from
///
/// A value is written in the application, in one of its environments, in the estate's defaults or in a tier, or it is built in.
#[derive(Args)]
#[command(
    after_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub(crate) struct Explain {
    #[command(subcommand)]
    what: Option<What>,

    /// Application, and a field of it
    #[arg(value_name = "APP[:FIELD]", required = true)]
    target: Option<String>,

    /// Environment to explain it for
    #[arg(long, value_name = "ENV", required = true)]
    env: Option<String>,

    /// Image, as CI will pass it
    #[arg(long, value_name = "REF")]
    image: Option<String>,

    /// Time from which the next runs of a job are told, as 2027-03-27T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,

    #[command(flatten)]
    output: OutputOption,
}

/// What is explained, where that is not an application's values.
#[derive(Subcommand)]
enum What {
    Route(route::RouteCommand),
    Graph(graph::GraphCommand),
}

#[derive(Serialize)]
struct JsonValue<'a> {
    field: String,
    value: &'a str,
    origin: String,
    file: String,
    #[serde(flatten)]
    position: Position,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    runs: Vec<runs::JsonRun>,
}

/// Runs `steading explain`.
pub(crate) fn run(arguments: Explain, session: &Session) -> Result<Outcome, CommandError> {
    let Explain {
        what,
        target,
        env,
        image,
        at,
        output,
    } = arguments;
    match what {
        Some(What::Route(arguments)) => return route::run(arguments, session),
        Some(What::Graph(arguments)) => return graph::run(arguments, session),
        None => {}
    }
    // The parser asks for both where nothing else is explained.
    let target = target.unwrap_or_default();
    let env = env.unwrap_or_default();
    let (name, field) = parse(&target)?;
    let names = [name.to_owned()];
    let mut loaded = Loaded::read(session)?;
    loaded.override_image(image.as_deref(), &names)?;
    let selection = Selection::new(&loaded, &names)?;
    loaded.environments(Some(&env))?;
    let file = loaded
        .declarations
        .application(name)
        .filter(|_| loaded.estate().is_some());
    let (application, findings) = file
        .map(|file| loaded.resolve(file, &env))
        .unwrap_or_default();
    let (Some(file), Some(application)) = (file, application) else {
        return Ok(refuse(session, &loaded, &selection, findings));
    };
    let explained = explain(&loaded.declarations, file, &application, field.as_ref());
    if let Some(field) = field.as_ref().filter(|_| explained.is_empty()) {
        return Err(no_field(&application, field));
    }
    let zone = loaded
        .estate()
        .map(|estate| &estate.fields.defaults.time_zone);
    let at = at.unwrap_or_else(settings::now);
    let next = zone.map(|zone| runs::of(&application, zone, field.as_ref(), at));
    let next = next.unwrap_or_default();
    match output.output {
        Format::Text => {
            print(&session.ui, &loaded, &explained)?;
            runs::print(&session.ui, &next)?;
        }
        Format::Json => output::json(&session.ui, &json(&loaded, &explained, &next))?,
    }
    Ok(Outcome::Success)
}

fn parse(target: &str) -> Result<(&str, Option<FieldPath>), CommandError> {
    let Some((name, field)) = target.split_once(':') else {
        return Ok((target, None));
    };
    match FieldPath::parse(field) {
        Some(path) if !field.is_empty() => Ok((name, Some(path))),
        _ => Err(CommandError::usage(format!("`{field}` is not a field"))
            .hint("write it as `ingress[0].host` or `files[\"/etc/app.conf\"]`")),
    }
}

/// Prints the findings because of which there is nothing to explain.
fn refuse(session: &Session, loaded: &Loaded, selection: &Selection, findings: Report) -> Outcome {
    let report = loaded.gather(selection, [findings]);
    let last = format!("nothing is explained: {}", tally(&report));
    diagnostics::say(&session.ui, loaded.findings(&report), &last);
    Outcome::Findings
}

fn no_field(application: &Application, field: &FieldPath) -> CommandError {
    let known = fields(application);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let error = CommandError::usage(format!("`{}` has no value `{field}`", application.name));
    names::with_known(error, &field.to_string(), &known)
}

fn print(ui: &Ui, loaded: &Loaded, explained: &[Explained]) -> Result<(), CommandError> {
    let mut table = Table::new(["field", "value", "from", "place"]);
    for Explained {
        path,
        value,
        origin,
        place: _,
        span,
    } in explained
    {
        let field = path.to_string();
        let field = field.strip_prefix("spec.").unwrap_or(&field).to_owned();
        table.row([
            field,
            shortened(value),
            origin.to_string(),
            place(loaded, *span),
        ]);
    }
    ui.data().write_all(table.render(ui.paint()).as_bytes())?;
    Ok(())
}

/// Returns where a value was written; what is built in was written by nobody.
fn place(loaded: &Loaded, span: Span) -> String {
    let place = loaded.place(span);
    if place.file.starts_with('<') {
        String::new()
    } else {
        place.to_string()
    }
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{} …", &value[..end]),
        None => value.to_owned(),
    }
}

fn json<'a>(
    loaded: &Loaded,
    explained: &'a [Explained],
    next: &[NextRuns<'_>],
) -> Vec<JsonValue<'a>> {
    let value = |explained: &'a Explained| {
        let Explained {
            path,
            value,
            origin,
            place: _,
            span,
        } = explained;
        let place = loaded.place(*span);
        let field = path.to_string();
        let next = next.iter().find(|next| next.schedule == field);
        JsonValue {
            field,
            value,
            origin: origin.to_string(),
            file: place.file,
            position: place.start,
            runs: next.map(NextRuns::json).unwrap_or_default(),
        }
    };
    explained.iter().map(value).collect()
}
