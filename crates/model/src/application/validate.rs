//! What must hold of a resolved application beyond the types of its fields.

mod codes;
mod container;
mod gate;
mod health;
mod job;
mod listen;
mod monitoring;
mod owner;
mod reference;
mod route;
mod scaling;
mod update;
mod upstream;
mod uses;
mod volume;

use super::Application;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::estate::Estate;
use crate::node::FieldPath;

pub use codes::*;

/// Checks an application and reports what does not hold.
pub(crate) fn application(estate: &Estate, application: &Application, report: &mut Report) {
    let mut check = Check {
        estate,
        application,
        report,
    };
    reference::check(&mut check);
    uses::check(&mut check);
    container::check(&mut check);
    health::check(&mut check);
    volume::check(&mut check);
    route::check(&mut check);
    owner::check(&mut check);
    gate::check(&mut check);
    upstream::check(&mut check);
    job::check(&mut check);
    listen::check(&mut check);
    scaling::check(&mut check);
    update::check(&mut check);
    monitoring::check(&mut check);
}

/// What checks need.
struct Check<'a> {
    estate: &'a Estate,
    application: &'a Application,
    report: &'a mut Report,
}

impl Check<'_> {
    /// Reports an error at a field.
    fn error(
        &mut self,
        code: Code,
        path: &FieldPath,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.application.span(path);
        self.report
            .push(Diagnostic::error(code, message).at(span).help(help.into()));
    }

    /// Reports an error at the key of a field.
    fn error_at_key(
        &mut self,
        code: Code,
        path: &FieldPath,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.application.tree.key_span_at(path);
        self.report
            .push(Diagnostic::error(code, message).at(span).help(help.into()));
    }

    /// Says whether something is written at a path.
    fn has(&self, path: &FieldPath) -> bool {
        self.application.tree.find(path).is_some()
    }
}
