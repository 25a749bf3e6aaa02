//! The order of releases, and what waits for what.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::desired::SHARED_ENVIRONMENT;

use super::draft::Draft;
use super::groups::{Binding, groups};
use crate::observed::ReleaseKey;
use crate::report::{PlanReport, Reason};
use crate::step::Plan;
use crate::survey::{Case, Survey};

/// Puts the drafts in order, holds back what depends on something held back, and returns what remains.
pub(super) fn order(survey: &Survey<'_>, mut drafts: Vec<Draft>) -> (Plan, PlanReport) {
    let needs = needs(survey);
    let sorted = sorted(survey, &needs);
    let groups = groups(&binding(survey, &needs, &drafts));
    hold_back(&sorted, &needs, &groups, &mut drafts);
    let is_made = |draft: &Draft| !draft.release.steps.is_empty() && !draft.is_held_back();
    let made: Vec<usize> = sorted
        .iter()
        .copied()
        .filter(|index| is_made(&drafts[*index]))
        .collect();
    let mut members: BTreeMap<usize, Vec<ReleaseKey>> = BTreeMap::new();
    let mut begun: BTreeSet<usize> = BTreeSet::new();
    for index in &made {
        let before = needs[*index].intersection(&begun);
        let after: BTreeSet<ReleaseKey> = before
            .map(|needed| survey.cases[*needed].key.clone())
            .collect();
        drafts[*index].release.after = after.into_iter().collect();
        begun.insert(*index);
        let group = members.entry(groups[*index]).or_default();
        group.push(survey.cases[*index].key.clone());
    }
    for index in &made {
        let group = &members[&groups[*index]];
        if group.len() > 1 {
            drafts[*index].release.group.clone_from(group);
        }
    }
    collect(&sorted, drafts)
}

/// Hands out what is made and what is not, in order.
fn collect(sorted: &[usize], drafts: Vec<Draft>) -> (Plan, PlanReport) {
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let (mut plan, mut report) = (Plan::default(), PlanReport::default());
    for draft in sorted.iter().filter_map(|index| drafts[*index].take()) {
        let is_held_back = draft.is_held_back();
        let Draft {
            release,
            mut notes,
            unchanged,
        } = draft;
        plan.unchanged += unchanged;
        report.not_done.append(&mut notes);
        match (release.steps.is_empty(), is_held_back) {
            (false, false) => plan.releases.push(release),
            (false, true) => report.held_back.push(release),
            (true, _) => {}
        }
    }
    (plan, report)
}

fn binding<'a>(survey: &Survey<'_>, needs: &'a [BTreeSet<usize>], drafts: &[Draft]) -> Binding<'a> {
    // What all applications share is the ground that they stand on, not one of them.
    let is_application = |index: usize| survey.cases[index].key.environment != SHARED_ENVIRONMENT;
    let changes = drafts
        .iter()
        .enumerate()
        .map(|(index, draft)| is_application(index) && !draft.release.steps.is_empty());
    Binding {
        needs,
        changes: changes.collect(),
        is_old: drafts
            .iter()
            .map(|draft| draft.release.parent.is_some() || draft.release.former.is_some())
            .collect(),
    }
}

/// Holds back what needs something that is held back, and what is made as one with it.
fn hold_back(sorted: &[usize], needs: &[BTreeSet<usize>], groups: &[usize], drafts: &mut [Draft]) {
    let mut held: BTreeSet<usize> = (0..drafts.len())
        .filter(|index| drafts[*index].is_held_back())
        .collect();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    loop {
        let before = told.len();
        for index in sorted {
            if told.contains(index) || drafts[*index].release.steps.is_empty() {
                continue;
            }
            let reasons = reasons(*index, &needs[*index], groups, &held, drafts);
            if !reasons.is_empty() {
                held.insert(*index);
                told.insert(*index);
            }
            for reason in reasons {
                drafts[*index].note(None, reason);
            }
        }
        if told.len() == before {
            return;
        }
    }
}

/// Returns why others hold an application back.
fn reasons(
    index: usize,
    needs: &BTreeSet<usize>,
    groups: &[usize],
    held: &BTreeSet<usize>,
    drafts: &[Draft],
) -> Vec<Reason> {
    let key = |other: &usize| drafts[*other].release.key.clone();
    let waiting: Vec<Reason> = needs
        .intersection(held)
        .filter(|needed| groups[**needed] != groups[index])
        .map(|needed| Reason::Waiting(key(needed)))
        .collect();
    if !waiting.is_empty() || held.contains(&index) {
        return waiting;
    }
    // The one that is held back for itself, not one that is for being of its group.
    let is_cause = |other: &&usize| {
        let mut notes = drafts[**other].notes.iter();
        groups[**other] == groups[index]
            && !notes.any(|note| matches!(note.reason, Reason::Together(_)))
    };
    let with = held.iter().find(is_cause);
    with.map(|other| Reason::Together(key(other)))
        .into_iter()
        .collect()
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
    let mut needs: Vec<BTreeSet<usize>> = (0..survey.cases.len()).map(of).collect();
    part(survey, &mut needs);
    needs
}

/// What an application was before goes when it is ready, and when those are ready that needed it.
fn part(survey: &Survey<'_>, needs: &mut [BTreeSet<usize>]) {
    for (former, case) in survey.cases.iter().enumerate() {
        let Some(new) = case.successor else { continue };
        let mut after = BTreeSet::from([new]);
        for (index, needs) in needs.iter_mut().enumerate() {
            needs.remove(&former);
            let is_old = survey.cases[index].current().is_some();
            if needs.contains(&new) && is_old && index != former {
                after.insert(index);
            }
        }
        needs[former].extend(after);
    }
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
