//! What is important does not stand on what is not.

use steading_model::application::Application;

use crate::rule::{Check, Finding, Run, rule};

rule! {
    /// An application does not need one of a lower tier.
    ///
    /// ## Why
    /// When memory is short, the pods of lower tiers go first, and they are scheduled last. What needs one of them goes with it, however high its
    /// own tier is. The platform comes up from nothing in the order of tiers, too.
    ///
    /// ## Example
    /// ```yaml
    /// tier: core
    /// dependsOn: [notes]      # found: `notes` is in `aux`
    /// dependsOn: [database]   # right: `database` is in `core`
    /// ```
    "ST4164" "needs-lower-tier" Warning => Check::Together(check)
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    let applications = run.applications.iter().enumerate();
    applications
        .flat_map(|(at, one)| needs(run, at, one))
        .collect()
}

fn needs(run: &Run<'_>, at: usize, application: &Application) -> Vec<Finding> {
    let priority = |one: &Application| run.estate.tier(&one.tier).map(|tier| tier.priority);
    let path = application.field("dependsOn");
    let named = application.fields.depends_on.iter().enumerate();
    let lower = named.filter_map(|(index, name)| {
        let other = run.application(name, &application.environment)?;
        let (own, others) = (priority(application)?, priority(other)?);
        let span = application.span(&path.index(index));
        let message = format!(
            "`{}` is in `{}` and needs `{name}`, which is in `{}`",
            application.name, application.tier, other.tier
        );
        let help = format!(
            "put `{name}` into the tier `{}`, or do without it",
            application.tier
        );
        (others < own).then(|| Finding::new(span, message).help(help).of(at))
    });
    lower.collect()
}
