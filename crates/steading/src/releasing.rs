//! Carrying out a plan: asking first, showing what goes on, and saying how it ended.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use serde::Serialize;
use steading_cluster::{ApplyError, Cancel, Cluster, Ended, Fault, Run, cancellation};
use steading_model::name::DurationText;
use steading_plan::Plan;

use crate::error::{self, CommandError, Outcome};
use crate::output::{self, Format};
use crate::session::Session;
use crate::settings::Stream;
use crate::show::ReleaseProgress;

/// The options of carrying out.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ReleaseOptions {
    /// How long the new version may take to get ready [default: the declaration's, else 3m]
    #[arg(long, value_name = "DURATION", value_parser = DurationText::parse)]
    pub(crate) wait: Option<DurationText>,
    /// How long to wait until somebody else's release into the same namespace has ended [default: not at all]
    #[arg(long, value_name = "DURATION", value_parser = DurationText::parse)]
    pub(crate) wait_for_others: Option<DurationText>,
}

/// Whether someone must be asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// `--yes` was given.
    Given,
    /// The person at the terminal is asked.
    Ask,
}

impl Consent {
    /// Takes it from `--yes`.
    pub(crate) fn from_flag(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Ask }
    }

    /// Asks, where someone must be asked.
    pub(crate) fn obtain(self, session: &Session, question: &str) -> Result<(), CommandError> {
        if self == Self::Given {
            return Ok(());
        }
        if session.settings.stdin != Stream::Terminal {
            return Err(CommandError::usage("nobody is there to be asked")
                .hint("`--yes` goes ahead without asking"));
        }
        let mut answer = String::new();
        let mut error = std::io::stderr().lock();
        write!(error, "{question} [y/N] ")?;
        error.flush()?;
        std::io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            return Ok(());
        }
        Err(CommandError::failure(
            "nothing was changed: the answer was no",
        ))
    }
}

impl ReleaseOptions {
    /// Sets how long releases may take.
    pub(crate) fn apply_to(&self, plan: &mut Plan) {
        if let Some(wait) = &self.wait {
            plan.releases
                .iter_mut()
                .for_each(|release| release.timeout_seconds = wait.seconds());
        }
    }
}

/// Does what releases, showing what goes on. Ctrl-C puts back what was begun; a second one leaves it to the next run.
pub(crate) async fn carry_out<T>(
    session: &Session,
    cluster: &Cluster,
    work: impl AsyncFnOnce(&Run<'_>) -> T,
) -> T {
    let settings = settings(session);
    let progress = ReleaseProgress::new(&session.ui);
    let (_guard, cancel) = listen(session);
    work(&Run {
        cluster,
        settings: &settings,
        progress: &progress,
        cancel: &cancel,
    })
    .await
}

/// Returns the settings of releases.
fn settings(session: &Session) -> steading_cluster::Settings {
    let mut settings = steading_cluster::Settings::new(session.settings.actor.clone());
    settings.revision = session
        .estate()
        .ok()
        .and_then(|estate| revision(estate.path()));
    settings
}

/// Returns the Git revision of a folder, where it is in a repository.
fn revision(folder: &Path) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args([
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
        "--exclude=*",
    ]);
    let output = git
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let revision = String::from_utf8(output.stdout).ok()?;
    Some(revision.trim().to_owned())
        .filter(|revision| output.status.success() && !revision.is_empty())
}

/// Stops listening when it goes.
struct Listening(tokio::task::JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens for Ctrl-C and for being told to end.
fn listen(session: &Session) -> (Listening, Cancel) {
    let (switch, cancel) = cancellation();
    let paint = session.ui.side_paint();
    let task = tokio::spawn(async move {
        if interrupted().await {
            let label = paint.text(crate::ui::Role::Warning, "warning:");
            drop(writeln!(
                std::io::stderr().lock(),
                "{label} stopping: what was begun is put back; once more leaves it to the next run"
            ));
            switch.cancel();
            if interrupted().await {
                abandon();
            }
        }
        // The switch lives as long as the run.
        std::future::pending::<()>().await;
    });
    (Listening(task), cancel)
}

async fn interrupted() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.is_ok(),
        _ = terminate.recv() => true,
    }
}

#[expect(
    clippy::exit,
    reason = "the user asked twice; the release is left to the next run, which recovers it"
)]
fn abandon() {
    std::process::exit(130);
}

/// How a release ended, for programs.
#[derive(Serialize)]
struct JsonOutcome<'a> {
    environment: &'a str,
    application: &'a str,
    namespace: &'a str,
    release: u64,
    ended: &'static str,
    why: Option<String>,
}

/// Prints how releases ended; anything but complete is a failure.
pub(crate) fn report(
    session: &Session,
    outcomes: &[steading_cluster::Outcome],
    format: Format,
) -> Result<Outcome, CommandError> {
    if format == Format::Json {
        let all: Vec<JsonOutcome<'_>> = outcomes.iter().map(json).collect();
        output::json(&session.ui, &all)?;
    } else {
        let mut out = session.ui.data();
        for outcome in outcomes {
            writeln!(out, "{}: {}", outcome.key, sentence(outcome))?;
        }
    }
    let refused = outcomes.iter().find_map(|outcome| refusal(&outcome.ended));
    if let Some(remedy) = refused.and_then(error::remedy) {
        session.ui.hint(remedy);
        return Ok(Outcome::Refused);
    }
    Ok(
        if outcomes.iter().all(|outcome| outcome.ended.is_complete()) {
            Outcome::Success
        } else {
            Outcome::Findings
        },
    )
}

/// Returns how the cluster refused a release, where that stopped it; one that was put back failed by itself.
fn refusal(ended: &Ended) -> Option<Fault> {
    match ended {
        Ended::Refused(why) | Ended::Interrupted { why } => why.fault(),
        Ended::Complete { .. } | Ended::Reverted { .. } | Ended::Skipped(_) => None,
    }
}

/// Returns how a release ended, in one sentence.
pub(crate) fn sentence(outcome: &steading_cluster::Outcome) -> String {
    let number = outcome.number;
    match &outcome.ended {
        Ended::Complete { notes } if notes.is_empty() => format!("release {number} is complete"),
        Ended::Complete { notes } => format!("release {number} is complete; {}", notes.join("; ")),
        Ended::Reverted { why, notes } => {
            let notes = if notes.is_empty() {
                String::new()
            } else {
                format!("; {}", notes.join("; "))
            };
            let how = match why {
                ApplyError::Together { .. } => "was put back",
                _ => "failed, and everything was put back",
            };
            format!("release {number} {how}: {}{notes}", causes(why))
        }
        Ended::Interrupted { why } => {
            format!(
                "release {number} failed and could not be put back now: {}; the next run finishes it",
                causes(why)
            )
        }
        Ended::Refused(why) => format!("not released, nothing was touched: {}", causes(why)),
        Ended::Skipped(key) => format!("not released: it needs {key}, which was not released"),
    }
}

/// Returns the word for how a release ended.
fn word(ended: &Ended) -> &'static str {
    match ended {
        Ended::Complete { .. } => "complete",
        Ended::Reverted { .. } => "reverted",
        Ended::Interrupted { .. } => "interrupted",
        Ended::Refused(_) => "refused",
        Ended::Skipped(_) => "skipped",
    }
}

fn why(ended: &Ended) -> Option<String> {
    match ended {
        Ended::Complete { .. } => None,
        Ended::Reverted { why, .. } | Ended::Interrupted { why } | Ended::Refused(why) => {
            Some(causes(why))
        }
        Ended::Skipped(key) => Some(format!("needs {key}")),
    }
}

/// Returns an error with its causes.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn json(outcome: &steading_cluster::Outcome) -> JsonOutcome<'_> {
    JsonOutcome {
        environment: &outcome.key.environment,
        application: &outcome.key.application,
        namespace: &outcome.key.namespace,
        release: outcome.number,
        ended: word(&outcome.ended),
        why: why(&outcome.ended),
    }
}
