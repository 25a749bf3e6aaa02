//! Names that must exist, and what belongs to the application as a whole.

use super::Check;
use super::codes::{ITSELF, NO_DESCRIPTION, UNKNOWN_REFERENCE, UPSTREAM};
use crate::application::{ContainerFields, PeerTarget};
use crate::diagnostic::Code;
use crate::estate::Requirement;
use crate::name::LabelName;
use crate::node::FieldPath;
use crate::read::nearest;

pub(super) fn check(check: &mut Check<'_>) {
    description(check);
    let application = check.application;
    let network = application.fields.network.iter();
    for (side, peers) in network.flat_map(|network| [("from", &network.from), ("to", &network.to)])
    {
        for (at, peer) in peers.iter().enumerate() {
            if let PeerTarget::Catalogue(name) = &peer.target {
                catalogue(
                    check,
                    name,
                    &application.field("network").key(side).index(at),
                );
            }
        }
    }
    itself(check);
    upstream(check);
}

/// Reports a name that does not exist.
pub(super) fn unknown(
    check: &mut Check<'_>,
    path: &FieldPath,
    what: &str,
    name: &str,
    known: &[&str],
) {
    let help = match (nearest(name, known), known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "there is none".to_owned(),
        (None, _) => format!("known: {}", known.join(", ")),
    };
    let code: Code = UNKNOWN_REFERENCE;
    check.error_at_key(code, path, format!("there is no {what} `{name}`"), help);
}

fn catalogue(check: &mut Check<'_>, name: &LabelName, path: &FieldPath) {
    let estate = check.estate;
    if !estate.fields.catalogue.contains_key(name) {
        let known: Vec<&str> = estate
            .fields
            .catalogue
            .keys()
            .map(LabelName::as_str)
            .collect();
        unknown(check, path, "catalogue entry", name.as_str(), &known);
    }
}

fn description(check: &mut Check<'_>) {
    let required = check.estate.fields.defaults.description == Requirement::Required;
    if required
        && check
            .application
            .fields
            .description
            .as_ref()
            .is_none_or(|text| text.trim().is_empty())
    {
        let path = FieldPath::default().key("spec").key("description");
        let span = check
            .application
            .tree
            .get("metadata")
            .and_then(|node| node.get("name"))
            .map_or(check.application.span(&path), |name| name.span);
        let message = format!("`{}` does not say what it is", check.application.name);
        let finding = crate::Diagnostic::error(NO_DESCRIPTION, message).at(span);
        check
            .report
            .push(finding.help("add `spec.description: …` in a few words"));
    }
}

fn itself(check: &mut Check<'_>) {
    let application = check.application;
    for (key, names) in [
        ("dependsOn", &application.fields.depends_on),
        ("previousNames", &application.fields.previous_names),
    ] {
        for (at, _) in names
            .iter()
            .enumerate()
            .filter(|(_, name)| **name == application.name)
        {
            let message = format!("`spec.{key}` names the application itself");
            check.error(
                ITSELF,
                &application.field(key).index(at),
                message,
                "remove it",
            );
        }
    }
}

/// Fields of a container beside `upstream`.
fn upstream(check: &mut Check<'_>) {
    let application = check.application;
    if application.fields.upstream.is_none() {
        return;
    }
    for key in ContainerFields::KEYS {
        let path = application.field(key);
        if check.has(&path) {
            check.error_at_key(
                UPSTREAM,
                &path,
                format!("`spec.{key}` has no meaning beside `upstream`"),
                "remove one of the two",
            );
        }
    }
}
