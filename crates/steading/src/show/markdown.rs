//! A plan as Markdown, for a comment on a pull request.

use steading_plan::{Effect, Plan, PlanReport, ReleasePlan, Step};

use super::budget;
use super::change::{effect_name, value_line};
use super::plan::{heading, notes, privileges, sign, summary};
use super::push;
use super::reason;
use crate::diagnostics::count;

/// The most steps of one application that are shown field by field; a comment has an end.
const MOST: usize = 60;

/// Returns the plan as Markdown.
pub(crate) fn markdown(plan: &Plan, report: &PlanReport) -> String {
    let mut text = format!("### Steading plan\n\n{}\n\n", summary(plan, report));
    for release in &plan.releases {
        write_release(&mut text, release, &heading(release));
    }
    for release in &report.held_back {
        write_release(
            &mut text,
            release,
            &format!("{}, held back", heading(release)),
        );
    }
    if !report.not_done.is_empty() {
        push(&mut text, "#### What does not happen, and why\n");
        for not_done in &report.not_done {
            let remedy = reason::remedy(not_done)
                .map(|remedy| format!(" — {remedy}"))
                .unwrap_or_default();
            push(
                &mut text,
                &format!("- {}{remedy}", reason::not_done(not_done)),
            );
        }
    }
    if let Some(over) = &report.over_budget {
        push(&mut text, &format!("\n**{}**\n", budget::sentence(over)));
        for line in budget::applications(over) {
            push(&mut text, &format!("- {line}"));
        }
        push(
            &mut text,
            &format!("\n{}", budget::remedies(over).join("; ")),
        );
    }
    text
}

fn write_release(text: &mut String, release: &ReleasePlan, heading: &str) {
    push(
        text,
        &format!(
            "<details><summary><b>{heading}</b> ({}, {})</summary>\n",
            count(release.steps.len(), "change"),
            worst(release)
        ),
    );
    push(text, "```diff");
    for step in release.steps.iter().take(MOST) {
        write_step(text, step);
    }
    if release.steps.len() > MOST {
        push(
            text,
            &format!("  … and {} more", release.steps.len() - MOST),
        );
    }
    push(text, "```\n</details>\n");
}

fn write_step(text: &mut String, step: &Step) {
    let effect = if step.effect == Effect::None {
        String::new()
    } else {
        format!("  ({})", effect_name(step.effect))
    };
    push(text, &format!("{} {}{effect}", mark(step), step.id));
    for right in privileges(step) {
        push(text, &format!("      {}", fenced(&right)));
    }
    for change in &step.changes {
        push(text, &format!("      {}", fenced(&value_line(change))));
    }
    for note in notes(step) {
        push(text, &format!("      {}", fenced(&note)));
    }
}

/// Returns the sign that a diff colours.
fn mark(step: &Step) -> &'static str {
    match sign(step.action) {
        "~" | "±" => "!",
        other => other,
    }
}

/// A value must not end the fence.
fn fenced(line: &str) -> String {
    line.replace("```", "'''")
}

fn worst(release: &ReleasePlan) -> &'static str {
    effect_name(
        release
            .steps
            .iter()
            .map(|step| step.effect)
            .max()
            .unwrap_or(Effect::None),
    )
}
