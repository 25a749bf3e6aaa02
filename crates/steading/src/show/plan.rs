//! A plan as text: what changes, what that does to people, and what does not happen and why.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_compile::ANNOTATION_PRIVILEGES;
use steading_plan::{
    Action, Effect, Moving, Packed, Plan, PlanReport, ReleaseKey, ReleaseKind, ReleasePlan, Step,
};

use super::budget;
use super::change::{effect_name, value_line};
use super::push;
use super::reason;
use crate::diagnostics::count;
use crate::ui::{Paint, Role};

/// How much changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Objects to make.
    pub(crate) created: usize,
    /// Objects to change.
    pub(crate) updated: usize,
    /// Objects to delete and make again.
    pub(crate) replaced: usize,
    /// Objects to delete.
    pub(crate) deleted: usize,
    /// Objects that are right.
    pub(crate) unchanged: usize,
}

impl Tally {
    /// Counts a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut tally = Self {
            unchanged: plan.unchanged,
            ..Self::default()
        };
        for step in plan.releases.iter().flat_map(|release| &release.steps) {
            match step.action {
                Action::Create => tally.created += 1,
                Action::Update => tally.updated += 1,
                Action::Replace => tally.replaced += 1,
                Action::Delete => tally.deleted += 1,
            }
        }
        tally
    }

    /// Says whether anything changes.
    pub(crate) fn is_empty(self) -> bool {
        self.created + self.updated + self.replaced + self.deleted == 0
    }

    /// Returns it in words: `2 to create, 1 to change, 40 unchanged`.
    pub(crate) fn words(self) -> String {
        let Self {
            created,
            updated,
            replaced,
            deleted,
            unchanged,
        } = self;
        let counts = [
            (created, "to create"),
            (updated, "to change"),
            (replaced, "to replace"),
            (deleted, "to delete"),
        ];
        let changes = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"));
        let all: Vec<String> = changes.chain([format!("{unchanged} unchanged")]).collect();
        all.join(", ")
    }
}

/// How many others of a group are named.
const NAMED: usize = 3;

/// Returns the plan as text.
pub(crate) fn text(plan: &Plan, report: &PlanReport, paint: Paint) -> String {
    let mut text = String::new();
    for release in &plan.releases {
        write_release(&mut text, release, &heading(release), paint);
    }
    for release in &report.held_back {
        write_release(
            &mut text,
            release,
            &format!("{} (held back, see below)", heading(release)),
            paint,
        );
    }
    write_not_done(&mut text, report, paint);
    write_over_budget(&mut text, report, paint);
    push(&mut text, &paint.text(Role::Strong, &summary(plan, report)));
    text
}

/// Returns what will be done, and what will not, in one line.
pub(super) fn summary(plan: &Plan, report: &PlanReport) -> String {
    let tally = Tally::of(plan);
    let held_back: BTreeSet<&ReleaseKey> = report
        .not_done
        .iter()
        .filter(|not_done| not_done.reason.holds_back())
        .map(|not_done| &not_done.key)
        .collect();
    let held = match held_back.len() {
        0 => None,
        1 => Some("1 application is held back".to_owned()),
        many => Some(format!("{many} applications are held back")),
    };
    if report.over_budget.is_some() {
        return format!(
            "nothing is done: this run would delete too much; {}",
            tally.words()
        );
    }
    match (tally.is_empty(), held) {
        (true, None) => format!("nothing to do: {}", tally.words()),
        (true, Some(held)) => format!("nothing is done: {held}; {}", tally.words()),
        (false, None) => changes(plan, tally),
        (false, Some(held)) => format!("{}; {held}", changes(plan, tally)),
    }
}

fn changes(plan: &Plan, tally: Tally) -> String {
    let worst = plan
        .releases
        .iter()
        .flat_map(|release| &release.steps)
        .map(|step| step.effect)
        .max()
        .unwrap_or(Effect::None);
    format!(
        "{}: {}; the worst effect: {}",
        count(plan.releases.len(), "release"),
        tally.words(),
        effect_name(worst)
    )
}

fn write_release(text: &mut String, release: &ReleasePlan, heading: &str, paint: Paint) {
    push(text, &paint.text(Role::Strong, heading));
    for step in &release.steps {
        push(text, &format!("  {}", step_line(step, paint)));
        for right in privileges(step) {
            push(
                text,
                &format!("      {}", paint.text(Role::Warning, &right)),
            );
        }
        for change in &step.changes {
            push(text, &format!("      {}", value_line(change)));
        }
        for note in notes(step) {
            push(text, &format!("      {note}"));
        }
    }
    text.push('\n');
}

/// Returns where what an object holds comes from, and where it goes.
pub(super) fn notes(step: &Step) -> Vec<String> {
    match &step.moving {
        Some(Moving::Volume(moved)) if step.action == Action::Delete => {
            vec![format!(
                "→ its volume, with all that is in it, goes to `{}`",
                moved.to
            )]
        }
        Some(Moving::Volume(moved)) => {
            vec![format!(
                "← the volume of `{}`, with all that is in it",
                moved.from
            )]
        }
        Some(Moving::Values(from)) => vec![format!("← the values of `{from}`")],
        None => {
            let keys = step.generate.iter();
            keys.map(|key| format!("+ data.{key}: made once, at random, and kept"))
                .collect()
        }
    }
}

/// Returns what the pods of an object may do beyond their containers, each with its reason.
pub(super) fn privileges(step: &Step) -> Vec<String> {
    let annotations =
        |object: &Packed| object.object()["metadata"]["annotations"][ANNOTATION_PRIVILEGES].clone();
    // Few have any, and reading thousands of objects takes time.
    let desired = step.desired.as_ref();
    let desired = desired.filter(|object| object.text().contains(ANNOTATION_PRIVILEGES));
    let lines = desired.map(annotations);
    let lines = lines.as_ref().and_then(Value::as_str).unwrap_or_default();
    lines.lines().map(|line| format!("! {line}")).collect()
}

/// Returns `staging/shop: release 4 after 3, as one with staging/database`.
pub(super) fn heading(release: &ReleasePlan) -> String {
    let title = &release.key;
    let number = release.number;
    let what = match (&release.former, &release.successor) {
        (_, Some(now)) => format!("{} from now on", elsewhere(now, title)),
        (Some(former), None) => format!("{} until now", elsewhere(&former.key, title)),
        (None, None) => match (release.kind, release.parent) {
            (ReleaseKind::Rollback(to), _) => format!("back to {to}"),
            (ReleaseKind::Retire, _) => "which takes it away".to_owned(),
            (ReleaseKind::Takeover, _) => "takes over".to_owned(),
            (ReleaseKind::Apply, Some(parent)) => {
                return format!("{title}: release {number} after {parent}{}", group(release));
            }
            (ReleaseKind::Apply, None) => "the first".to_owned(),
        },
    };
    format!("{title}: release {number}, {what}{}", group(release))
}

/// Returns what an application is or was, by another name or in another namespace.
fn elsewhere(other: &ReleaseKey, own: &ReleaseKey) -> String {
    if other.application == own.application {
        format!("in the namespace `{}`", other.namespace)
    } else {
        other.to_string()
    }
}

/// Returns with whom a release is complete, or put back, as one.
fn group(release: &ReleasePlan) -> String {
    let others = release.group.iter().filter(|key| **key != release.key);
    let mut names: Vec<String> = others.map(ToString::to_string).collect();
    if names.is_empty() {
        return String::new();
    }
    if names.len() > NAMED {
        let more = names.len() - NAMED;
        names.truncate(NAMED);
        names.push(format!("{more} more"));
    }
    format!(", as one with {}", names.join(", "))
}

fn step_line(step: &Step, paint: Paint) -> String {
    let line = format!("{} {}", sign(step.action), step.id);
    match step.effect {
        Effect::None => line,
        Effect::Restart => format!(
            "{line}  {}",
            paint.text(Role::Faint, effect_name(step.effect))
        ),
        _ => format!(
            "{line}  {}",
            paint.text(Role::Warning, effect_name(step.effect))
        ),
    }
}

pub(super) fn sign(action: Action) -> &'static str {
    match action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Delete => "-",
    }
}

fn write_over_budget(text: &mut String, report: &PlanReport, paint: Paint) {
    let Some(over) = &report.over_budget else {
        return;
    };
    push(text, &paint.text(Role::Warning, &budget::sentence(over)));
    for line in budget::applications(over) {
        push(text, &format!("  ✗ {line}"));
    }
    for line in budget::remedies(over) {
        push(text, &format!("      {line}"));
    }
    text.push('\n');
}

fn write_not_done(text: &mut String, report: &PlanReport, paint: Paint) {
    if report.not_done.is_empty() {
        return;
    }
    push(
        text,
        &paint.text(Role::Strong, "what does not happen, and why"),
    );
    let mut following = report.not_done.iter().skip(1).map(reason::remedy);
    for not_done in &report.not_done {
        let held = if not_done.reason.holds_back() {
            "✗"
        } else {
            "·"
        };
        push(text, &format!("  {held} {}", reason::not_done(not_done)));
        // Once is enough where the same helps against several in a row.
        let next = following.next().flatten();
        if let Some(remedy) = reason::remedy(not_done).filter(|own| next.as_ref() != Some(own)) {
            push(text, &format!("      {remedy}"));
        }
    }
    text.push('\n');
}
