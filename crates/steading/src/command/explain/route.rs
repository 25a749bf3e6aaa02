//! `steading explain route`: what answers on a host and path, and past which gates.

use std::io::Write;

use clap::Args;
use serde::Serialize;
use steading_compile::{Answer, Asked, Passed, Target, answers, claims};
use steading_model::Span;
use steading_model::name::HostName;
use steading_model::read::nearest;

use crate::diagnostics::{self, tally};
use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::pipeline::{Compiled, Loaded, Selection};
use crate::session::Session;
use crate::ui::{Table, Ui};

/// How many other hosts or paths are named where nothing answers.
const NAMED: usize = 5;

const AFTER_HELP: &str = "\
Examples:
  steading explain route shop.example.org/api              the route, its gates, the Service
  steading explain route https://shop.example.org/api?x=1  as pasted from a browser
  steading explain route shop.example.org --env prod       in one environment

The longest path of the host wins, whichever application it belongs to; a path stands for itself and what is below it.";

/// Say what answers on a host and path, and past which gates
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RouteCommand {
    /// Host and path, or a URL
    #[arg(value_name = "HOST/PATH")]
    asked: String,

    /// Environment to look in [default: all]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,

    #[command(flatten)]
    output: OutputOption,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonAnswer {
    application: String,
    environment: String,
    host: String,
    path: String,
    visibility: String,
    carve_out: Option<String>,
    gates: Vec<JsonGate>,
    target: JsonTarget,
    place: String,
}

#[derive(Serialize)]
struct JsonGate {
    link: String,
    does: String,
    why: Option<String>,
    names: Vec<String>,
    place: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum JsonTarget {
    Service {
        namespace: String,
        name: String,
        port: u16,
        scheme: String,
        outside: Option<String>,
    },
    Redirect(String),
    Nothing,
}

/// Runs `steading explain route`.
pub(super) fn run(arguments: RouteCommand, session: &Session) -> Result<Outcome, CommandError> {
    let RouteCommand { asked, env, output } = arguments;
    let asked = Asked::parse(&asked).map_err(|problem| {
        CommandError::usage(format!("what is asked for {problem}"))
            .hint("write it as `shop.example.org/api`, or paste the URL")
    })?;
    let loaded = Loaded::read(session)?;
    let environments = loaded.environments(env.as_deref())?;
    let Compiled {
        applications,
        report,
        ..
    } = loaded.compile(&environments);
    let Some(estate) = loaded.estate() else {
        let selection = Selection::new(&loaded, &[])?;
        let report = loaded.gather(&selection, [report]);
        let last = format!("nothing is explained: {}", tally(&report));
        diagnostics::say(&session.ui, loaded.findings(&report), &last);
        return Ok(Outcome::Findings);
    };
    let found = answers(estate, &applications, &asked);
    if report.has_errors() || loaded.report.has_errors() {
        session.ui.say(
            "note: some declarations have errors, and what they claim is not known: see `steading check`",
        );
    }
    match output.output {
        Format::Json => {
            let found: Vec<JsonAnswer> = found.iter().map(|one| json(&loaded, one)).collect();
            output::json(&session.ui, &found)?;
            Ok(outcome(&found))
        }
        Format::Text if found.is_empty() => Err(unclaimed(&asked, &claims(estate, &applications))),
        Format::Text => {
            print(&session.ui, &loaded, &asked, &found)?;
            Ok(Outcome::Success)
        }
    }
}

fn outcome(found: &[JsonAnswer]) -> Outcome {
    if found.is_empty() {
        Outcome::Findings
    } else {
        Outcome::Success
    }
}

/// Nothing answers: the paths of the host, else the hosts that look like it.
fn unclaimed(asked: &Asked, claims: &[(HostName, String)]) -> CommandError {
    let paths: Vec<&str> = claims
        .iter()
        .filter(|(host, _)| host.as_str() == asked.host())
        .map(|(_, path)| path.as_str())
        .take(NAMED)
        .collect();
    let (host, path) = (asked.host(), asked.path());
    if !paths.is_empty() {
        let error = CommandError::failure(format!("no route answers on {path} of {host}"));
        return error.hint(format!("paths of that host: {}", paths.join(", ")));
    }
    let error = CommandError::failure(format!("no route claims {host}"));
    let near = near(asked.host(), claims);
    if near.is_empty() {
        return error;
    }
    error.hint(format!("hosts that look like it: {}", near.join(", ")))
}

/// Returns the hosts that look like one: by spelling, by their first label, or because theirs is in it.
fn near<'a>(host: &str, claims: &'a [(HostName, String)]) -> Vec<&'a str> {
    let mut hosts: Vec<&str> = claims.iter().map(|(host, _)| host.as_str()).collect();
    hosts.dedup();
    let first = |host: &str| host.split('.').next().unwrap_or_default().to_owned();
    let labels: Vec<String> = hosts.iter().map(|host| first(host)).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let own = first(host);
    let label = nearest(&own, &labels);
    let spelt = nearest(host, &hosts);
    let alike = hosts
        .iter()
        .filter(|known| label.is_some_and(|label| first(known) == label));
    let mut near: Vec<&str> = spelt.into_iter().chain(alike.copied()).collect();
    let mut seen = std::collections::BTreeSet::new();
    near.retain(|host| seen.insert(*host));
    near.truncate(NAMED);
    near
}

fn print(ui: &Ui, loaded: &Loaded, asked: &Asked, found: &[Answer]) -> Result<(), CommandError> {
    let Some((answer, others)) = found.split_first() else {
        return Ok(());
    };
    let mut data = ui.data();
    writeln!(data, "{}{} is answered by", asked.host(), asked.path())?;
    writeln!(data, "  {answer}  {}", place(loaded, answer.span))?;
    if let Some(above) = &answer.carve_out {
        writeln!(
            data,
            "  a carve-out: {above} above it asks for the estate's login"
        )?;
    }
    writeln!(data)?;
    let mut table = Table::new(["gate", "what it does", "why", "declared in"]);
    for Passed {
        link,
        does,
        why,
        names: _,
        span,
    } in &answer.gates
    {
        let why = why.clone().unwrap_or_default();
        table.row([link.to_string(), does.clone(), why, place(loaded, *span)]);
    }
    data.write_all(table.render(ui.paint()).as_bytes())?;
    writeln!(data, "\nthen {}", target(&answer.target))?;
    if !others.is_empty() {
        writeln!(data, "\nwould have matched too, behind it:")?;
    }
    for other in others {
        writeln!(data, "  {other}  {}", place(loaded, other.span))?;
    }
    Ok(())
}

fn target(target: &Target) -> String {
    match target {
        Target::Service {
            namespace,
            name,
            port,
            scheme,
            outside,
        } => {
            let behind = outside
                .as_ref()
                .map(|outside| format!(", which is {outside} outside the cluster"));
            let behind = behind.unwrap_or_default();
            format!("Service {namespace}/{name}, port {port} ({scheme}){behind}")
        }
        Target::Redirect(url) => format!("a permanent redirect to {url}"),
        Target::Nothing => "nothing: no port is there that could answer".to_owned(),
    }
}

/// Returns a place; what is built in was written by nobody.
fn place(loaded: &Loaded, span: Span) -> String {
    let place = loaded.place(span);
    if place.file.starts_with('<') {
        "(built in)".to_owned()
    } else {
        place.to_string()
    }
}

fn json(loaded: &Loaded, answer: &Answer) -> JsonAnswer {
    let gate = |gate: &Passed| JsonGate {
        link: gate.link.to_string(),
        does: gate.does.clone(),
        why: gate.why.clone(),
        names: gate.names.clone(),
        place: place(loaded, gate.span),
    };
    JsonAnswer {
        application: answer.application.to_string(),
        environment: answer.environment.to_string(),
        host: answer.host.to_string(),
        path: answer.path.clone(),
        visibility: answer.visibility.to_string(),
        carve_out: answer.carve_out.clone(),
        gates: answer.gates.iter().map(gate).collect(),
        target: json_target(&answer.target),
        place: place(loaded, answer.span),
    }
}

fn json_target(target: &Target) -> JsonTarget {
    match target.clone() {
        Target::Service {
            namespace,
            name,
            port,
            scheme,
            outside,
        } => JsonTarget::Service {
            namespace,
            name,
            port,
            scheme: scheme.to_owned(),
            outside,
        },
        Target::Redirect(url) => JsonTarget::Redirect(url),
        Target::Nothing => JsonTarget::Nothing,
    }
}
