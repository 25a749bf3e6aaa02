//! What containers ask for. There is never a CPU limit; the memory limit is twice the request unless one is declared.

use steading_model::application::Resources;
use steading_model::quantity::Quantity;

use crate::accelerator::Accelerated;
use crate::basis::Container;
use crate::codes::MEMORY_OUT_OF_RANGE;
use crate::json::Fields;
use crate::scope::{Output, Scope};

/// What a container gets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amounts {
    pub(crate) cpu: Quantity,
    pub(crate) memory: Quantity,
    pub(crate) memory_limit: Quantity,
    pub(crate) disk: Option<Quantity>,
}

/// Returns what a container gets: its own, else the tier's. A limit belongs to its request: the tier's goes with the tier's only.
pub(crate) fn amounts(scope: &Scope<'_>, resources: Option<&Resources>) -> Amounts {
    let tier = &scope.tier.resources;
    let own = |pick: fn(&Resources) -> Option<Quantity>| resources.and_then(pick);
    let declared = own(|resources| resources.memory);
    let memory = declared.unwrap_or(tier.memory);
    let usual = declared.map_or(tier.memory_limit, |memory| memory.times(2));
    Amounts {
        cpu: own(|resources| resources.cpu).unwrap_or(tier.cpu),
        memory,
        memory_limit: own(|resources| resources.memory_limit).unwrap_or(usual),
        disk: own(|resources| resources.disk),
    }
}

/// Returns `resources` of a container.
pub(crate) fn json(
    scope: &Scope<'_>,
    container: &Container<'_>,
    accelerated: Option<&Accelerated>,
    output: &mut Output,
) -> Fields {
    let amounts = amounts(scope, container.resources);
    check(scope, container, amounts, output);
    let Amounts {
        cpu,
        memory,
        memory_limit,
        disk,
    } = amounts;
    let requests = Fields::new()
        .with("cpu", text(cpu))
        .with("memory", text(memory))
        .with("ephemeral-storage", disk.and_then(text));
    let limits = Fields::new().with("memory", text(memory_limit));
    let devices = accelerated
        .into_iter()
        .flat_map(|accelerated| &accelerated.limits);
    let limits = devices.fold(limits, |limits, (name, amount)| {
        limits.with(name, amount.as_str())
    });
    let own = container.resources.into_iter();
    let own = own.flat_map(|resources| &resources.devices);
    let limits = own.fold(limits, |limits, (name, amount)| {
        limits.with(name, amount.to_string())
    });
    Fields::new()
        .with("requests", requests)
        .with("limits", limits)
        .with("claims", accelerated.map(Accelerated::claims))
}

/// Returns the largest limit that one container of the application may have.
pub(crate) fn greatest_limit(scope: &Scope<'_>) -> Quantity {
    let tier = scope.tier.resources.memory_max;
    let own = scope
        .application
        .fields
        .quota
        .as_ref()
        .and_then(|quota| quota.memory_limit);
    own.map_or(tier, |own| own.max(tier))
}

fn check(scope: &Scope<'_>, container: &Container<'_>, amounts: Amounts, output: &mut Output) {
    let memory_limit = amounts.memory_limit;
    let path = container.path.key("resources");
    let greatest = greatest_limit(scope);
    let span = Some(scope.span(&path));
    let mut said = output.report.diagnostics().iter();
    let said = said.any(|finding| finding.code == MEMORY_OUT_OF_RANGE && finding.span == span);
    if memory_limit > greatest && !said {
        let message = format!(
            "the memory limit of `{}` is above what one container may have in tier `{}`: {memory_limit} > {greatest}",
            container.name, scope.application.tier
        );
        output.error(
            scope,
            MEMORY_OUT_OF_RANGE,
            &path,
            message,
            "lower it, choose another `tier`, or give the application a `quota` of its own",
        );
    }
}

/// Returns a quantity as text; none where it is nothing.
pub(crate) fn text(quantity: Quantity) -> Option<String> {
    (!quantity.is_zero()).then(|| quantity.to_string())
}
