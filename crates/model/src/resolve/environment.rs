//! The environment that is asked for must be in the estate and in the application.

use super::codes::UNDECLARED_ENVIRONMENT;
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::Estate;
use crate::load::ApplicationFile;
use crate::name::EnvironmentName;
use crate::read::nearest;

/// Returns the environment, or says which there are.
pub(super) fn find(
    estate: &Estate,
    file: &ApplicationFile,
    wanted: &str,
    report: &mut Report,
) -> Option<EnvironmentName> {
    let in_estate = estate
        .fields
        .environments
        .keys()
        .find(|name| name.as_str() == wanted);
    let in_file = file.environments();
    if let Some(name) = in_estate.filter(|_| in_file.contains(&wanted)) {
        return Some(name.clone());
    }
    let both: Vec<&str> = in_file
        .into_iter()
        .filter(|name| {
            estate
                .fields
                .environments
                .keys()
                .any(|known| known.as_str() == *name)
        })
        .collect();
    let lacking = if in_estate.is_some() {
        format!("`{}`", file.name)
    } else {
        "the estate".to_owned()
    };
    let span = file
        .node
        .get("environments")
        .map_or_else(|| file.node.key_span(), |node| node.span);
    let finding = Diagnostic::error(
        UNDECLARED_ENVIRONMENT,
        format!("{lacking} has no environment `{wanted}`"),
    )
    .at(span);
    report.push(finding.help(help(wanted, &both)));
    None
}

fn help(wanted: &str, both: &[&str]) -> String {
    match (nearest(wanted, both), both) {
        (Some(near), _) if both.len() > 1 => {
            format!("did you mean `{near}`? declared: {}", both.join(", "))
        }
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => {
            "no environment is declared in both the estate and the application".to_owned()
        }
        (None, _) => format!("declared: {}", both.join(", ")),
    }
}
