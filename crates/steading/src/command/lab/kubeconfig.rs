//! `steading lab kubeconfig`.

use std::io::Write;

use clap::Args;

use super::place::{NameArgument, open};
use crate::error::{CommandError, Outcome};
use crate::session::Session;

const AFTER_HELP: &str = "\
Example:
  steading lab kubeconfig home > home.kubeconfig";

/// Print the administrator's kubeconfig of a lab
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Kubeconfig {
    #[command(flatten)]
    name: NameArgument,
    /// For this user instead, who has no rights until a `RoleBinding` gives some
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// A group of that user; at most two
    #[arg(long, value_name = "GROUP", requires = "user")]
    group: Vec<String>,
}

pub(super) fn run(arguments: Kubeconfig, session: &Session) -> Result<Outcome, CommandError> {
    let Kubeconfig { name, user, group } = arguments;
    let lab = open(session, &name.get(session)?)?;
    let text = match user {
        None => lab.kubeconfig()?,
        Some(user) => {
            lab.kubeconfig_for(&user, &group.iter().map(String::as_str).collect::<Vec<_>>())?
        }
    };
    session.ui.data().write_all(text.as_bytes())?;
    Ok(Outcome::Success)
}
