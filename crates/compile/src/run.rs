//! A whole run: all applications, in one order whatever order they come in.

use steading_model::application::Application;
use steading_model::estate::Estate;
use steading_model::{Desired, Report};

use crate::{application, checks, gateway, shared};

/// Compiles applications.
///
/// # Guarantees
/// The result does not depend on the order of the applications, and the objects of one do not depend on the others. Findings about
/// two applications at once need both of them.
pub fn compile(estate: &Estate, applications: &[Application]) -> (Vec<Desired>, Report) {
    let mut report = shared::check(estate);
    report.extend(gateway::check(estate));
    let mut ordered: Vec<&Application> = applications.iter().collect();
    ordered.sort_by_key(|application| (&application.environment, &application.name));
    let mut compiled = Vec::with_capacity(ordered.len());
    for application in ordered {
        let (one, findings) = application::compile(estate, application);
        compiled.extend(one);
        report.extend(findings);
    }
    checks::across(&compiled, &mut report);
    (
        compiled.into_iter().map(|one| one.desired).collect(),
        report,
    )
}
