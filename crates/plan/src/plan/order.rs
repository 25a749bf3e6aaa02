//! The order of releases, and what waits for what.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::desired::SHARED_ENVIRONMENT;

use super::draft::Draft;
use crate::observed::ReleaseKey;
use crate::report::{PlanReport, Reason};
use crate::step::Plan;
use crate::survey::{Case, Survey};

/// Puts the drafts in order, holds back what depends on something held back, and returns what remains.
pub(super) fn order(survey: &Survey<'_>, drafts: Vec<Draft>) -> (Plan, PlanReport) {
    let needs: Vec<BTreeSet<usize>> = needs(survey);
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let (mut plan, mut report) = (Plan::default(), PlanReport::default());
    let mut held: BTreeSet<usize> = BTreeSet::new();
    let mut done: BTreeMap<usize, ReleaseKey> = BTreeMap::new();
    for index in sorted(survey, &needs) {
        let Some(mut draft) = drafts[index].take() else {
            continue;
        };
        plan.unchanged += draft.unchanged;
        let has_steps = !draft.release.steps.is_empty();
        if has_steps {
            for needed in needs[index].iter().filter(|needed| held.contains(needed)) {
                let key = survey.cases[*needed].key.clone();
                draft.note(None, Reason::Waiting(key));
            }
        }
        let after = needs[index].iter().filter_map(|needed| done.get(needed));
        draft.release.after = after.cloned().collect();
        if draft.is_held_back() {
            held.insert(index);
        } else if has_steps {
            done.insert(index, draft.release.key.clone());
        }
        report.not_done.append(&mut draft.notes);
        match (has_steps, held.contains(&index)) {
            (true, false) => plan.releases.push(draft.release),
            (true, true) => report.held_back.push(draft.release),
            (false, _) => {}
        }
    }
    (plan, report)
}

/// Returns, for each application, those of this run that it needs.
fn needs(survey: &Survey<'_>) -> Vec<BTreeSet<usize>> {
    let mut by_name: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, case) in survey.cases.iter().enumerate() {
        let name = (case.key.environment.as_str(), case.key.application.as_str());
        by_name.entry(name).or_default().push(index);
    }
    let shared = |case: &Case<'_>| case.key.environment == SHARED_ENVIRONMENT;
    let ground: Vec<usize> = (0..survey.cases.len())
        .filter(|index| shared(&survey.cases[*index]))
        .collect();
    let of = |index: usize| {
        let case = &survey.cases[index];
        let ground = if shared(case) { &[][..] } else { &ground };
        case.desired
            .after
            .iter()
            .filter_map(|name| by_name.get(&(case.key.environment.as_str(), name.as_str())))
            .flatten()
            .chain(ground)
            .copied()
            .filter(|needed| *needed != index)
            .collect()
    };
    (0..survey.cases.len()).map(of).collect()
}

/// Orders by need, then by key; applications that only go come last. A cycle, which checking refuses, is broken at its first key.
fn sorted(survey: &Survey<'_>, needs: &[BTreeSet<usize>]) -> Vec<usize> {
    let rank = |index: usize| {
        let case = &survey.cases[index];
        (case.desired.objects.is_empty(), &case.key, index)
    };
    let mut missing: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (index, needs) in needs.iter().enumerate() {
        for needed in needs {
            needed_by[*needed].push(index);
        }
    }
    let mut ready: BTreeSet<_> = (0..needs.len())
        .filter(|index| missing[*index] == 0)
        .map(rank)
        .collect();
    let mut waiting: BTreeSet<_> = (0..needs.len())
        .filter(|index| missing[*index] > 0)
        .map(rank)
        .collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some((_, _, index)) = ready.pop_first().or_else(|| waiting.pop_first()) {
        order.push(index);
        for next in &needed_by[index] {
            missing[*next] = missing[*next].saturating_sub(1);
            if missing[*next] == 0 && waiting.remove(&rank(*next)) {
                ready.insert(rank(*next));
            }
        }
    }
    order
}
