//! `steading people list`.

use std::fmt::Display;
use std::io::Write;

use clap::Args;
use serde::Serialize;
use steading_model::estate::Owner;

use super::holdings::{Holding, holdings};
use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::pipeline::Loaded;
use crate::session::Session;
use crate::ui::Table;

const AFTER_HELP: &str = "\
Examples:
  steading people list                the estate's people, with what they own in all environments
  steading people list --env prod     in one environment";

/// List the people of the estate: their role, and what they own
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct List {
    /// Environment [default: all]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    #[command(flatten)]
    output: OutputOption,
}

#[derive(Serialize)]
struct Row {
    name: String,
    role: &'static str,
    user: String,
    groups: Vec<String>,
    applications: Vec<String>,
    namespaces: Vec<String>,
    hosts: Vec<String>,
}

pub(super) fn run(arguments: List, session: &Session) -> Result<Outcome, CommandError> {
    let List { env, output } = arguments;
    let loaded = Loaded::read(session)?;
    let environments = loaded.environments(env.as_deref())?;
    let estate = loaded.needed_estate()?;
    let mut holdings = holdings(&loaded, &environments)?;
    let people = estate.fields.people.iter();
    let rows: Vec<Row> = people
        .map(|(name, person)| row(Owner { name, person }, holdings.remove(name)))
        .collect();
    match output.output {
        Format::Json => output::json(&session.ui, &rows)?,
        Format::Text if rows.is_empty() => session
            .ui
            .say("nobody: everything belongs to whoever runs the estate (`people` in estate.yaml)"),
        Format::Text => print(&rows, session)?,
    }
    Ok(Outcome::Success)
}

fn row(owner: Owner<'_>, holding: Option<Holding>) -> Row {
    let Holding {
        applications,
        mut namespaces,
    } = holding.unwrap_or_default();
    let person = owner.person;
    namespaces.extend(person.namespaces.iter().map(ToString::to_string));
    Row {
        name: owner.name.to_string(),
        role: person.role.as_str(),
        user: owner.user().to_owned(),
        groups: texts(&person.groups),
        applications: applications.into_iter().collect(),
        namespaces: namespaces.into_iter().collect(),
        hosts: texts(&person.hosts),
    }
}

fn texts(items: &[impl Display]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn print(rows: &[Row], session: &Session) -> Result<(), CommandError> {
    let mut table = Table::new(["person", "role", "user", "namespaces", "hosts"]);
    for row in rows {
        let user = std::iter::once(&row.user).chain(&row.groups);
        let user: Vec<&str> = user.map(String::as_str).collect();
        table.row([
            row.name.clone(),
            row.role.to_owned(),
            user.join(", "),
            or_none(&row.namespaces),
            or_none(&row.hosts),
        ]);
    }
    let text = table.render(session.ui.paint());
    session.ui.data().write_all(text.as_bytes())?;
    Ok(())
}

fn or_none(items: &[String]) -> String {
    if items.is_empty() {
        "-".to_owned()
    } else {
        items.join(", ")
    }
}
