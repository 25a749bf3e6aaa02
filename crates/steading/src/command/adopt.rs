//! `steading adopt`: what somebody changed in the cluster becomes what the declaration says.
//!
//! Which line makes a field is not kept in a table: each line that holds the old value gets the new one, all is compiled again in memory,
//! and the line that makes the field what it is in the cluster, and changes least besides, is the one.

mod edit;
mod list;
mod takeover;
mod trial;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use similar::TextDiff;
use steading_model::ObjectId;
use steading_model::load::InputFile;
use steading_plan::{Departure, Drift, FieldChange, ReleaseKey};

use self::trial::Ground;
use super::drift::{Compared, compare, declared, field_line};
use crate::error::{CommandError, Outcome, WhileDoing};
use crate::estate;
use crate::pipeline::{Loaded, Selection};
use crate::runtime::block_on;
use crate::session::Session;
use crate::show::push;
use crate::target::{ClusterOptions, Intent, connect_to};

const AFTER_HELP: &str = "\
Examples:
  steading adopt shop --env prod                    show what would be written
  steading adopt shop --env prod --write            write it
  steading adopt shop --env prod --write --commit   and commit it

A value is written where it comes from: the declaration, its environment, a tier or the estate's
defaults; comments and form stay. What cannot be written is said, with why.

  steading adopt shop --env prod --from helm            show what would be taken over from Helm
  steading adopt shop --env prod --from helm --write    take it over
  steading adopt shop --env prod --from kubectl,helm    from both

With `--from` objects that others made become this application's as they are: nothing restarts, and
nothing is deleted. `any` is everybody but the cluster itself; any other word is the name of a field
manager. What the declaration changes afterwards is shown, and done by the next `steading apply`.

Exit codes: 0 where all could be written, or nothing has drifted; 1 where something could not";

/// Write what was changed in the cluster into the declaration, or take over what others made
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Adopt {
    /// Applications
    #[arg(value_name = "APP", required = true)]
    applications: Vec<String>,
    /// Environment
    #[arg(long, value_name = "ENV")]
    env: String,
    /// Take over what these made: `helm`, `kubectl`, `terraform`, `any`, or field managers by name
    #[arg(long, value_name = "WHOM", value_delimiter = ',')]
    from: Vec<String>,
    /// Write the files; with `--from`, take over
    #[arg(long)]
    write: bool,
    /// Commit what was written with Git
    #[arg(long, requires = "write", conflicts_with = "from")]
    commit: bool,
    /// Do not ask
    #[arg(short, long, requires_all = ["write", "from"])]
    yes: bool,
    #[command(flatten)]
    cluster: ClusterOptions,
}

/// What could be adopted, and what not.
struct Adopted {
    /// Each file that changes, as it will be.
    files: Vec<InputFile>,
    /// What is said of each field.
    text: String,
    /// How many fields could not be adopted.
    left: usize,
}

/// Runs `steading adopt`.
pub(crate) fn run(arguments: &Adopt, session: &Session) -> Result<Outcome, CommandError> {
    if !arguments.from.is_empty() {
        return takeover::run(arguments, session);
    }
    let directory = session.estate()?;
    let (files, report) = estate::read(&directory);
    let loaded = Loaded::of_files(files.clone(), report, directory.shown().to_owned());
    let selection = Selection::new(&loaded, &arguments.applications)?;
    let environment = loaded.environment(&arguments.env)?;
    if loaded.report.has_errors() {
        return Err(
            CommandError::failure("the declarations have errors: nothing is adopted")
                .hint("`steading check` shows them"),
        );
    }
    let is_wanted =
        |key: &ReleaseKey| key.environment == arguments.env && selection.has(&key.application);
    let estate = loaded.needed_estate()?;
    let declared = declared(&loaded, &arguments.env);
    let compared = block_on(async {
        let cluster = connect_to(session, environment, &arguments.cluster, Intent::Read).await?;
        compare(&cluster, estate, &declared, is_wanted).await
    })??;
    let adopted = adopt(&compared, &files, &loaded);
    show(session, &adopted, &files, &loaded, arguments)?;
    if arguments.write {
        write(directory.path(), &adopted.files)?;
    }
    if arguments.commit && !adopted.files.is_empty() {
        commit(directory.path(), &adopted.files, arguments)?;
    }
    Ok(if adopted.left == 0 && compared.unknown.is_empty() {
        Outcome::Success
    } else {
        Outcome::Findings
    })
}

/// Finds the line for each field that drifted; each is looked for with those before it written already.
fn adopt(compared: &Compared, files: &[InputFile], loaded: &Loaded) -> Adopted {
    let mut adopted = Adopted {
        files: Vec::new(),
        text: String::new(),
        left: 0,
    };
    let mut ground = Ground::new(files.to_vec(), &loaded.prefix, compared);
    for drift in &compared.drift {
        push(&mut adopted.text, &format!("{}", drift.key));
        for (id, departure) in drift.objects.iter().map(|one| (&one.id, &one.departure)) {
            adopt_object(&mut adopted, &mut ground, drift, id, departure);
        }
    }
    let is_changed = |file: &InputFile| {
        let before = files.iter().find(|other| other.path == file.path);
        before.is_none_or(|before| before.bytes != file.bytes)
    };
    adopted.files = ground.into_files().into_iter().filter(is_changed).collect();
    adopted
}

fn adopt_object(
    adopted: &mut Adopted,
    ground: &mut Ground<'_>,
    drift: &Drift,
    id: &ObjectId,
    departure: &Departure,
) {
    let Departure::Changed(changes) = departure else {
        push(
            &mut adopted.text,
            &format!(
                "  ✗ {id}: only fields can be adopted; take it out of the declaration, or put it back with `steading drift --revert`"
            ),
        );
        adopted.left += 1;
        return;
    };
    for change in changes {
        let line = format!("{id}: {}", field_line(change));
        let found = ground.adopt(&drift.key, id, change);
        let (sign, what) = match &found {
            Some(edit) => ("✓", edit.what.as_str()),
            None => ("✗", why_not(change)),
        };
        adopted.left += usize::from(found.is_none());
        push(&mut adopted.text, &format!("  {sign} {line}\n      {what}"));
    }
}

fn why_not(change: &FieldChange) -> &'static str {
    if change.before.is_none() {
        "no line of the declaration makes this field alone"
    } else {
        "no line of the declaration holds this value alone; write it by hand, and look at `steading plan`"
    }
}

fn show(
    session: &Session,
    adopted: &Adopted,
    before: &[InputFile],
    loaded: &Loaded,
    arguments: &Adopt,
) -> Result<(), CommandError> {
    let mut text = adopted.text.clone();
    for file in &adopted.files {
        let old = before.iter().find(|other| other.path == file.path);
        let old = String::from_utf8_lossy(old.map_or(&[], |old| &old.bytes)).into_owned();
        let new = String::from_utf8_lossy(&file.bytes).into_owned();
        let diff = TextDiff::from_lines(&old, &new);
        let mut diff = diff.unified_diff();
        let diff = diff.header(&format!("a/{}", file.path), &format!("b/{}", file.path));
        text.push('\n');
        text.push_str(&diff.to_string());
    }
    for (environment, applications) in trial::affected(loaded, before, &adopted.files) {
        if environment != arguments.env || applications.len() > arguments.applications.len() {
            let names = applications.join(", ");
            push(&mut text, &format!("this changes {environment}: {names}"));
        }
    }
    let end = match (adopted.files.is_empty(), adopted.left, arguments.write) {
        (true, 0, _) => "no drift: nothing to adopt",
        (true, _, _) => "nothing could be adopted",
        (false, _, true) => "written; `steading plan` shows what is left",
        (false, _, false) => "nothing is written yet: `--write` does it",
    };
    push(&mut text, end);
    session.ui.data().write_all(text.as_bytes())?;
    Ok(())
}

fn write(root: &Path, files: &[InputFile]) -> Result<(), CommandError> {
    for file in files {
        std::fs::write(root.join(&file.path), &file.bytes)
            .while_doing(|| format!("cannot write `{}`", file.path))?;
    }
    Ok(())
}

fn commit(root: &Path, files: &[InputFile], arguments: &Adopt) -> Result<(), CommandError> {
    let names = arguments.applications.join(", ");
    let message = format!("{names}: adopt what was changed in {}", arguments.env);
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(root)
        .args(["commit", "--quiet", "-m", &message, "--only", "--"]);
    git.args(files.iter().map(|file| &file.path));
    let output = git
        .stdin(Stdio::null())
        .output()
        .while_doing(|| "cannot run `git`".to_owned())?;
    if output.status.success() {
        return Ok(());
    }
    let answer = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(
        CommandError::failure(format!("Git did not commit: {answer}"))
            .hint("the files are written; commit them by hand"),
    )
}
