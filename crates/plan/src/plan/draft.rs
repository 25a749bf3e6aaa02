//! The release of one application: its steps, and what was found in their way.

use serde_json::Value;
use steading_model::{Object, ObjectId};

use super::heritage::{Heritage, heritage};
use super::{immutable, prune};
use crate::effect;
use crate::expected::{applied, applied_over};
use crate::live::Opened;
use crate::mask::mask_secret;
use crate::moving::Moving;
use crate::observed::{DryRun, InventoryItem};
use crate::packed::Packed;
use crate::report::{NotDone, Reason};
use crate::step::{Action, Effect, ReleasePlan, Standing, Step, Wave};
use crate::survey::{Case, Difference, Finding, Survey};
use crate::wave::{turn, wave};

/// A release before it is known whether it is made.
pub(crate) struct Draft {
    pub(crate) release: ReleasePlan,
    pub(crate) notes: Vec<NotDone>,
    pub(crate) unchanged: usize,
}

impl Draft {
    /// Adds something that does not happen.
    pub(crate) fn note(&mut self, object: Option<&ObjectId>, reason: Reason) {
        self.notes.push(NotDone {
            key: self.release.key.clone(),
            object: object.cloned(),
            reason,
        });
    }

    /// Says whether anything noted holds the release back.
    pub(crate) fn is_held_back(&self) -> bool {
        self.notes.iter().any(|note| note.reason.holds_back())
    }
}

/// Drafts the release of each application, in the order given.
pub(super) fn drafts(survey: &Survey<'_>) -> Vec<Draft> {
    let heritages: Vec<Option<Heritage<'_>>> = survey
        .cases
        .iter()
        .map(|case| heritage(survey, case))
        .collect();
    let draft = |(index, case): (usize, &Case<'_>)| {
        let to = case.successor.unwrap_or(index);
        draft(survey, case, heritages[to].as_ref())
    };
    survey.cases.iter().enumerate().map(draft).collect()
}

/// Drafts a release; `heritage` is what goes over to it, or from it.
fn draft(survey: &Survey<'_>, case: &Case<'_>, heritage: Option<&Heritage<'_>>) -> Draft {
    let mut draft = empty(survey, case);
    let gets = |object: &Object| heritage?.gets.get(&object.id).cloned();
    for (object, finding) in &case.findings {
        match finding {
            Finding::Same(uid) => draft.keep(object, uid),
            Finding::Left(uid) => {
                draft.unchanged += 1;
                draft.inventory(object, uid.as_deref());
            }
            Finding::Missing(generate) => {
                draft.create(survey, case, object, generate, gets(object));
            }
            Finding::Different(difference) => {
                draft.change(survey, case, object, difference, heritage);
            }
            Finding::Held(reasons) => {
                // What this run may not touch stays in the inventory.
                draft.inventory(object, case.recorded(&object.id));
                for reason in reasons {
                    draft.note(Some(&object.id), reason.clone());
                }
            }
        }
    }
    prune::prune(
        survey,
        case,
        &mut draft,
        heritage.filter(|_| case.successor.is_some()),
    );
    if let Some(heritage) = heritage.filter(|_| case.former.is_some()) {
        draft.take_over(survey, case, heritage);
    }
    draft.finish(survey, case);
    draft
}

fn empty(survey: &Survey<'_>, case: &Case<'_>) -> Draft {
    let history = case.history;
    Draft {
        release: ReleasePlan {
            key: case.key.clone(),
            estate: case.desired.estate.clone(),
            number: history.map_or(0, |history| history.greatest_number) + 1,
            parent: history.and_then(|history| history.current),
            former: case
                .former
                .and_then(|former| survey.cases[former].current()),
            successor: case
                .successor
                .map(|successor| survey.cases[successor].key.clone()),
            kind: survey.options.kind,
            image: case.desired.image.clone(),
            digest: String::new(),
            after: Vec::new(),
            group: Vec::new(),
            timeout_seconds: case.desired.timeout_seconds,
            steps: Vec::new(),
            desired: Vec::new(),
            kept: Vec::new(),
        },
        notes: Vec::new(),
        unchanged: 0,
    }
}

impl Draft {
    fn keep(&mut self, object: &Object, uid: &str) {
        self.unchanged += 1;
        self.inventory(object, Some(uid));
    }

    fn inventory(&mut self, object: &Object, uid: Option<&str>) {
        if let Some(uid) = uid {
            self.release.kept.push(InventoryItem {
                id: object.id.clone(),
                uid: uid.to_owned(),
            });
        }
    }

    fn create(
        &mut self,
        survey: &Survey<'_>,
        case: &Case<'_>,
        object: &Object,
        generate: &[String],
        moving: Option<Moving>,
    ) {
        if let Some(DryRun::Refused(answer)) = survey.observed.details.dry_runs.get(&object.id) {
            self.note(Some(&object.id), Reason::Refused(answer.clone()));
        }
        self.release.steps.push(Step {
            id: object.id.clone(),
            action: Action::Create,
            wave: wave(&object.id, &object.json),
            effect: effect::of_create(survey, case, object),
            changes: Vec::new(),
            desired: Some(Packed::new(&applied(&object.json))),
            uid: None,
            resource_version: None,
            generate: generate.to_vec(),
            takes: None,
            moving,
        });
    }

    fn change(
        &mut self,
        survey: &Survey<'_>,
        case: &Case<'_>,
        object: &Object,
        difference: &Difference,
        heritage: Option<&Heritage<'_>>,
    ) {
        let Some(live) = survey.observed.objects.get(&object.id) else {
            return;
        };
        let live = Opened::new(live);
        if is_settled(survey, object, &live, difference) {
            self.keep(object, &difference.uid);
            return;
        }
        self.conflicts(survey, object, difference);
        let live = live.value();
        let is_moved = heritage.is_some_and(|heritage| heritage.moves(&object.id));
        let action = match action(survey, object, live, difference) {
            // Its claim is another by the time that the volume itself is changed.
            Ok(Action::Replace) if is_moved => Action::Update,
            Ok(action) => action,
            Err(answer) => {
                self.note(Some(&object.id), Reason::Refused(answer));
                Action::Update
            }
        };
        let effect = match action {
            Action::Replace => effect::of_replace(object),
            _ => effect::of_update(survey, case, object, live, difference),
        };
        self.release.steps.push(Step {
            id: object.id.clone(),
            action,
            wave: wave(&object.id, &object.json),
            effect,
            changes: difference.changes.clone(),
            desired: Some(Packed::new(&applied_over(object, live))),
            uid: Some(difference.uid.clone()),
            resource_version: difference.resource_version.clone(),
            generate: difference.generate.clone(),
            takes: None,
            moving: None,
        });
    }

    /// Adds what of the former application ends in this release, and says what does not go over.
    fn take_over(&mut self, survey: &Survey<'_>, case: &Case<'_>, heritage: &Heritage<'_>) {
        for (object, why) in &heritage.stays_behind {
            if !survey.options.is_accepted(object) {
                self.note(Some(object), Reason::StaysBehind(why.clone()));
            }
        }
        let former = case.former.map(|former| &survey.cases[former]);
        let items = former
            .and_then(|former| former.history)
            .map_or(&[][..], |history| &history.inventory);
        for item in items {
            let Some((wave, moving)) = heritage.ends.get(&item.id) else {
                continue;
            };
            let effect = match wave {
                Wave::Volumes => Effect::Downtime,
                _ => Effect::None,
            };
            self.release.steps.push(Step {
                wave: *wave,
                effect,
                moving: moving.clone(),
                ..prune::delete(survey, case, item)
            });
        }
    }

    fn conflicts(&mut self, survey: &Survey<'_>, object: &Object, difference: &Difference) {
        if survey.options.is_adopted(&object.id) {
            return;
        }
        for change in &difference.changes {
            if let Standing::Conflict(owner) = &change.standing {
                let reason = Reason::Conflict(change.path.clone(), owner.clone());
                self.note(Some(&object.id), reason);
            }
        }
    }

    /// Orders the steps, and fills in what only matters where there are any.
    fn finish(&mut self, survey: &Survey<'_>, case: &Case<'_>) {
        if self.release.steps.is_empty() {
            return;
        }
        self.release.steps.sort_by(|one, two| {
            let order = one.wave.cmp(&two.wave);
            let turn = |step: &Step| turn(&step.id, step.action, step.moving.as_ref());
            let order = order.then_with(|| turn(one).cmp(&turn(two)));
            order.then_with(|| match (one.action, two.action) {
                (Action::Delete, Action::Delete) => prune::order(one, two),
                _ => one.id.cmp(&two.id),
            })
        });
        case.version(survey.options)
            .clone_into(&mut self.release.digest);
        let objects = &case.desired.objects;
        let applied = objects.iter().map(|object| applied(&object.json));
        self.release.desired = applied.map(|object| Packed::new(&object)).collect();
        for step in &self.release.steps {
            if needs_acceptance(step, case) && !survey.options.is_accepted(&step.id) {
                self.notes.push(NotDone {
                    key: self.release.key.clone(),
                    object: Some(step.id.clone()),
                    reason: Reason::NeedsAcceptance(step.effect),
                });
            }
        }
    }
}

/// Says whether a step must be accepted by name.
///
/// What the first release of an application opens was declared and reviewed as a whole, and there is nothing yet that it could take a
/// gate from; from then on every exposure is accepted by name.
fn needs_acceptance(step: &Step, case: &Case<'_>) -> bool {
    match step.effect {
        Effect::DataLoss => true,
        Effect::Exposure => case.is_there(),
        Effect::None | Effect::Restart | Effect::Downtime | Effect::Replace => false,
    }
}

/// Says whether the server would change nothing: what differs is only written differently.
fn is_settled(
    survey: &Survey<'_>,
    object: &Object,
    live: &Opened<'_>,
    difference: &Difference,
) -> bool {
    let Some(DryRun::Accepted(result)) = survey.observed.details.dry_runs.get(&object.id) else {
        return false;
    };
    // A field that we give up without changing its value is settled by applying once, not by asking each time.
    let gives_up = difference
        .changes
        .iter()
        .any(|change| change.after.is_none());
    if gives_up || !difference.generate.is_empty() || difference.is_failed_job {
        return false;
    }
    let mut result = result.clone();
    mask_secret(&survey.options.digest_key, &mut result);
    crate::live::without_server_fields(&mut result);
    result == *live.value()
}

/// Says whether an object is changed in place or made again; an error says why neither is possible.
fn action(
    survey: &Survey<'_>,
    object: &Object,
    live: &Value,
    difference: &Difference,
) -> Result<Action, String> {
    immutable::refusal(&object.id.kind, &applied_over(object, live), live).map_or(Ok(()), Err)?;
    match survey.observed.details.dry_runs.get(&object.id) {
        Some(DryRun::Immutable(_)) => Ok(Action::Replace),
        _ if difference.is_failed_job => Ok(Action::Replace),
        _ if immutable::must_replace(object, live, &difference.changes) => Ok(Action::Replace),
        Some(DryRun::Refused(answer)) => Err(answer.clone()),
        Some(DryRun::Accepted(_)) | None => Ok(Action::Update),
    }
}
