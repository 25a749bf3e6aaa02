//! `steading retire`: an application goes, with nobody left who needs it, and its data stays for a while.

mod backups;
mod data;
mod file;
mod named;
mod subject;

use clap::Args;
use steading_cluster::Cluster;
use steading_model::Desired;
use steading_model::name::{AppName, DurationText};
use steading_plan::{Observed, ReleaseKind, Scope};

use self::file::Edit;
use self::subject::Subject;
use super::apply::{Way, finish_after};
use crate::error::{CommandError, Outcome};
use crate::output::{Format, OutputOption};
use crate::planning::{self, PlanOptions};
use crate::preparing::{PlanAge, prepare, renew_definition};
use crate::releasing::{Consent, ReleaseOptions};
use crate::runtime::block_on;
use crate::session::Session;
use crate::target::{ClusterOptions, Intent, connect_to};
use crate::wanted::Coverage;

const AFTER_HELP: &str = "\
Examples:
  steading retire wiki --env prod                      its data stays for as long as the estate says
  steading retire wiki --env prod --keep-data 90d --backup-taken
  steading retire wiki --env prod --write              and takes it out of its file
  steading retire wiki --env prod --delete-data        later: deletes what was kept, once the period is over

Routes go first, then what they led to. It is a release like any other: `steading rollback` brings the
application back, and `steading apply` does not, unless it is told to.";

/// Take an application away, and keep its data for a while
///
/// Refused while anything names it: other applications, the catalogue, people, texts with its address or its hosts. Where backups are
/// declared, one of today must be seen, or be said to be there: Steading makes none itself. Works with and without its declaration, and
/// in an environment that the estate has no more.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Retire {
    /// The application
    #[arg(value_name = "APP", value_parser = AppName::parse)]
    application: AppName,
    /// The environment that it leaves
    #[arg(long, value_name = "ENV")]
    env: String,
    #[command(flatten)]
    cluster: ClusterOptions,
    #[command(flatten)]
    data: DataOptions,
    /// Take the environment out of its file, or the file away if that is its only one
    #[arg(long)]
    write: bool,
    /// Accept an effect by the object's name, such as `PersistentVolumeClaim/wiki-data`, which then goes at once
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    release: ReleaseOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// What becomes of its data.
#[derive(Args)]
struct DataOptions {
    /// How long its data is kept [default: the estate's `deletions.keepData`]
    #[arg(long, value_name = "DURATION", value_parser = DurationText::parse)]
    keep_data: Option<DurationText>,
    /// A backup of its data was made, and can be read
    #[arg(long)]
    backup_taken: bool,
    /// Delete the data of an application that was retired, as far as its period is over
    #[arg(long, conflicts_with_all = ["keep_data", "backup_taken", "write"])]
    delete_data: bool,
}

/// What the command line asks for, besides the application.
struct Wish {
    keep_data: Option<DurationText>,
    backup: backups::Word,
    data: Data,
    accept: Vec<String>,
    consent: Consent,
    release: ReleaseOptions,
    format: Format,
}

/// What becomes of the data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    Keep,
    Delete,
}

/// Runs `steading retire`.
pub(crate) fn run(arguments: Retire, session: &Session) -> Result<Outcome, CommandError> {
    let Retire {
        application,
        env,
        cluster: options,
        data,
        write,
        accept,
        yes,
        release,
        output,
    } = arguments;
    let DataOptions {
        keep_data,
        backup_taken,
        delete_data,
    } = data;
    let wish = Wish {
        keep_data,
        backup: backups::Word::from_flag(backup_taken),
        data: if delete_data {
            Data::Delete
        } else {
            Data::Keep
        },
        accept,
        consent: Consent::from_flag(yes),
        release,
        format: output.output,
    };
    let subject = Subject::read(session, application, &env)?;
    let ended = block_on(async {
        let environment = subject.environment();
        let cluster = connect_to(session, environment, &options, Intent::Write).await?;
        match wish.data {
            Data::Keep => leave(session, &cluster, &subject, &wish).await,
            Data::Delete => delete(session, &cluster, &subject, &wish).await,
        }
    })??;
    if wish.data == Data::Keep && ended == Outcome::Success {
        let edit = if write { Edit::Write } else { Edit::Say };
        file::settle(session, &subject, edit)?;
    }
    Ok(ended)
}

/// Takes the application away, with all but its data.
async fn leave(
    session: &Session,
    cluster: &Cluster,
    subject: &Subject,
    wish: &Wish,
) -> Result<Outcome, CommandError> {
    let (observed, key) = subject.find(cluster).await?;
    let released = subject::released(cluster, subject.estate(), &key).await?;
    named::refuse(session, subject, &released)?;
    let kept = data::kept(cluster, subject.estate(), &released, &observed, wish).await?;
    backups::demand(session, cluster, &kept, &observed, wish.backup).await?;
    data::tell(session, &kept, &observed);
    release(session, cluster, subject, &kept.desired, wish, &[]).await
}

/// Deletes what was kept, as far as its period is over.
async fn delete(
    session: &Session,
    cluster: &Cluster,
    subject: &Subject,
    wish: &Wish,
) -> Result<Outcome, CommandError> {
    let (observed, key) = subject.find(cluster).await?;
    let over = data::over(&key, &observed)?;
    let released = subject::released(cluster, subject.estate(), &key).await?;
    let nothing = Desired {
        objects: Vec::new(),
        ..released
    };
    release(session, cluster, subject, &nothing, wish, &over).await
}

/// Plans, asks and carries out.
async fn release(
    session: &Session,
    cluster: &Cluster,
    subject: &Subject,
    desired: &Desired,
    wish: &Wish,
    over: &[String],
) -> Result<Outcome, CommandError> {
    let estate = subject.estate();
    let mut options = PlanOptions::default().options(estate, Scope::WholeCluster);
    options.kind = ReleaseKind::Retire;
    options.accept = wish.accept.iter().chain(over).cloned().collect();
    let desired = std::slice::from_ref(desired);
    let plan =
        async || planning::make(cluster, estate, desired, &Coverage::Named, options.clone()).await;
    let mut planned = plan().await?;
    let prepared = prepare(session, cluster, &planned, wish.consent).await?;
    if prepared.plan == PlanAge::Old {
        planned = plan().await?;
    }
    wish.release.apply_to(&mut planned.plan);
    let way = Way {
        release: wish.release.clone(),
        consent: wish.consent,
        format: wish.format,
    };
    let before = async || renew_definition(cluster).await;
    finish_after(session, cluster, &planned, &way, before).await
}

/// What stays of an application.
struct Kept {
    desired: Desired,
    until: String,
}

/// Returns a live object.
fn live(observed: &Observed, id: &steading_model::ObjectId) -> serde_json::Value {
    let live = observed.objects.get(id);
    live.map(steading_plan::Live::parse).unwrap_or_default()
}
