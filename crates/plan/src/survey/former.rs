//! Which application was another before: with another name, or in another namespace.

use steading_model::Desired;

use super::Case;
use crate::options::Options;
use crate::step::ReleaseKind;

/// Says whether an application that is not declared any more is what another one was before.
pub fn is_former(former: &Desired, desired: &Desired) -> bool {
    let is_same = former.application == desired.application;
    former.environment == desired.environment
        && former.objects.is_empty()
        && (is_same && former.namespace != desired.namespace
            || desired.previous_names.contains(&former.application))
}

/// Notes which application takes over from which. One that was released where it is now takes over from nobody, and one that was retired
/// leaves what it left.
pub(super) fn pair(cases: &mut [Case<'_>], options: &Options) {
    if options.kind != ReleaseKind::Apply {
        return;
    }
    for index in 0..cases.len() {
        let case = &cases[index];
        if case.is_there() || case.desired.objects.is_empty() {
            continue;
        }
        if let Some(former) = former(cases, case) {
            cases[index].former = Some(former);
            cases[former].successor = Some(index);
        }
    }
}

/// Returns where the application was until now: in another namespace, else what was its latest name of those that are there.
fn former(cases: &[Case<'_>], case: &Case<'_>) -> Option<usize> {
    let names = &case.desired.previous_names;
    let latest = |other: &Case<'_>| {
        let place = names
            .iter()
            .rposition(|name| *name == other.desired.application);
        place.unwrap_or(names.len())
    };
    let all = cases.iter().enumerate();
    let left = all.filter(|(_, other)| {
        let is_left = |history: &crate::observed::History| {
            !history.is_retired && !history.inventory.is_empty()
        };
        is_former(other.desired, case.desired)
            && other.is_there()
            && other.successor.is_none()
            && other.history.is_some_and(is_left)
    });
    left.max_by_key(|(_, other)| latest(other))
        .map(|(index, _)| index)
}
