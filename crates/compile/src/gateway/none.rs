//! An implementation whose policies nobody knows: what the standard has no word for is reported.

use super::needs::{Need, needs, report};
use crate::route::Entry;
use crate::scope::{Output, Scope};

/// Reports what a route asks for in vain.
pub(super) fn check(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) -> Result<(), ()> {
    let mut closed = Ok(());
    for need in needs(scope, entry) {
        let found = match need {
            // Reported once, at the estate's Gateway.
            Need::AllowList => Err(()),
            need => report(scope, entry, need, output),
        };
        closed = closed.and(found);
    }
    closed
}
