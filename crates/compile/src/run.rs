//! A whole run: all applications, in one order whatever order they come in.

use rayon::prelude::*;
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
    let each = ordered.par_iter();
    let each: Vec<_> = each
        .map(|application| application::compile(estate, application))
        .collect();
    let mut compiled = Vec::with_capacity(each.len());
    for (one, findings) in each {
        compiled.extend(one);
        report.extend(findings);
    }
    checks::across(&compiled, &mut report);
    (
        compiled.into_iter().map(|one| one.desired).collect(),
        report,
    )
}
