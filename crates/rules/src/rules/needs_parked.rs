//! Nothing needs what is parked.

use steading_model::application::Application;

use crate::rule::{Check, Finding, Run, rule};

rule! {
    /// Nothing needs an application that is parked.
    ///
    /// ## Why
    /// What is parked has no pods: whoever needs it starts, fails its checks, and its release is taken back.
    ///
    /// ## Example
    /// ```yaml
    /// dependsOn: [mail]   # found: `mail` has `parked: { why: … }`
    /// ```
    "ST4165" "needs-parked" Error => Check::Together(check)
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    let applications = run.applications.iter().enumerate();
    applications
        .flat_map(|(at, one)| needs(run, at, one))
        .collect()
}

fn needs(run: &Run<'_>, at: usize, application: &Application) -> Vec<Finding> {
    if application.fields.parked.is_some() {
        return Vec::new();
    }
    let path = application.field("dependsOn");
    let named = application.fields.depends_on.iter().enumerate();
    let parked = named.filter_map(|(index, name)| {
        let other = run.application(name, &application.environment)?;
        other.fields.parked.as_ref()?;
        let span = application.span(&path.index(index));
        let message = format!("`{}` needs `{name}`, which is parked", application.name);
        let there = other.tree.key_span_at(&other.field("parked"));
        let finding = Finding::new(span, message).label(there, "parked here");
        Some(
            finding
                .help(format!(
                    "park `{}` too, or let `{name}` run",
                    application.name
                ))
                .of(at),
        )
    });
    parked.collect()
}
