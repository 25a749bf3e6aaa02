//! The one resolver: from a declaration to an application in one environment.
//!
//! ```text
//! built in < estate default < tier < spec < environments.ENV < instances.NAME < command line (image only)
//! ```
//! Mappings merge key by key, lists and scalars replace, an explicit `null` removes. Every part of the result keeps the place where
//! it was written, so that [`explain`](crate::explain) is a walk over the merged tree.

mod codes;
mod containers;
mod environment;
mod fill;
mod layers;
mod merge;
mod read;
mod written;

use std::collections::BTreeSet;

use crate::application::{Application, validate};
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::Estate;
use crate::load::{ApplicationFile, Declarations, is_default};
use crate::node::Node;
use crate::read::{CODES as READ_CODES, MISSING_KEY};

pub use codes::*;
pub(crate) use merge::merge;
pub(crate) use read::spec_keys;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The image; it wins over everything.
    pub(crate) image: Option<Node>,
}

/// Resolves an application for an environment; `None` after at least one error, here or when its file was loaded.
#[must_use]
pub fn resolve(
    declarations: &Declarations,
    file: &ApplicationFile,
    environment: &str,
    overrides: &Overrides,
) -> (Option<Application>, Report) {
    let mut report = Report::default();
    let application = resolve_into(declarations, file, environment, overrides, &mut report);
    let sound = !file.has_errors() && !report.has_errors();
    (application.filter(|_| sound), report)
}

/// Returns an application as far as it can be made out, whatever is wrong with it: for what others may know of it.
pub(crate) fn sketch(
    declarations: &Declarations,
    file: &ApplicationFile,
    environment: &str,
) -> Option<Application> {
    let mut ignored = Report::default();
    let overrides = Overrides::default();
    resolve_into(declarations, file, environment, &overrides, &mut ignored)
}

fn resolve_into(
    declarations: &Declarations,
    file: &ApplicationFile,
    environment: &str,
    overrides: &Overrides,
    report: &mut Report,
) -> Option<Application> {
    let Some(estate) = &declarations.estate else {
        report.push(
            Diagnostic::error(NO_ESTATE, "there is no estate")
                .help("add `estate.yaml`, or name the estate's folder"),
        );
        return None;
    };
    let environment = environment::find(estate, file, environment, report)?;
    let merged = layers::merged(
        declarations.built_in(),
        estate,
        file,
        environment.as_str(),
        overrides,
        report,
    )?;
    let containers = containers::paths(&merged.tree);
    let application = read::application(estate, file, environment, merged, report);
    let application = application.map(|mut application| {
        fill::files(declarations, file, &mut application, report);
        validate::application(estate, &application, report);
        application
    });
    let own = of_application(std::mem::take(report), estate);
    *report = once(own, &containers);
    application
}

/// Drops what is wrong with the types of default fields: that was found when the estate was loaded.
fn of_application(report: Report, estate: &Estate) -> Report {
    let found = |code| code != MISSING_KEY && READ_CODES.iter().any(|(known, _)| *known == code);
    report.map(|finding| {
        let is_default = finding.span.is_some_and(|span| is_default(estate, span));
        (!is_default || !found(finding.code)).then_some(finding)
    })
}

/// Drops what is said again about a container that took a value over: it is wrong in one place.
fn once(report: Report, containers: &[String]) -> Report {
    let mut said = BTreeSet::new();
    report.map(|finding| {
        let below = |message: String, path: &String| message.replace(path.as_str(), "");
        let message = containers.iter().fold(finding.message.clone(), below);
        let place = finding.span.map(|span| (span.file, span.start, span.end));
        said.insert((finding.code, place, message))
            .then_some(finding)
    })
}
