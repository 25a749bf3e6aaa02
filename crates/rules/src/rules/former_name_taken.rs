//! What an application was called before belongs to nobody else.

use steading_model::application::Application;

use crate::rule::{Check, Finding, Run, rule};

rule! {
    /// The former name of an application belongs to nobody else.
    ///
    /// An application takes over what it left under its former name: volumes, values that were made once, and then its end.
    ///
    /// ## Why
    /// If another application has that name now, or says too that it was called so, one of both gets the data and the other begins empty.
    ///
    /// ## Example
    /// ```yaml
    /// metadata: { name: photos }
    /// spec:
    ///   previousNames: [gallery] # found, if an application of the same environment is called `gallery`
    /// ```
    "ST4178" "former-name-taken" Error => Check::Together(check)
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    let applications = run.applications.iter().enumerate();
    applications
        .flat_map(|(at, one)| taken(run, at, one))
        .collect()
}

fn taken(run: &Run<'_>, at: usize, application: &Application) -> Vec<Finding> {
    let path = application.field("previousNames");
    let names = application.former_names().into_iter().enumerate();
    let taken = names.filter_map(|(index, name)| {
        let span = application.span(&path.index(index));
        let found = |message: String| Finding::new(span, message).of(at);
        if let Some(other) = run.application(&name, &application.environment) {
            let message = format!(
                "`{}` was called `{name}`, and that is another application",
                application.name
            );
            let there = other
                .tree
                .key_span_at(&steading_model::FieldPath::default().key("metadata"));
            let finding = found(message).label(there, "this one");
            return Some(
                finding.help("take the name out, or rename the other application as well"),
            );
        }
        let earlier = run.applications.iter().take(at).find(|other| {
            other.environment == application.environment && other.former_names().contains(&name)
        })?;
        let message = format!(
            "`{}` and `{}` were both called `{name}`",
            earlier.name, application.name
        );
        let there = earlier.tree.key_span_at(&earlier.field("previousNames"));
        let finding = found(message).label(there, "here too");
        Some(finding.help("leave the name with the one that takes over its data"))
    });
    taken.collect()
}
