//! Scratch space in memory leaves room for the program.

use steading_model::application::ScratchMedium;
use steading_model::quantity::Quantity;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Scratch space in memory is smaller than the memory limit of its container.
    ///
    /// ## Why
    /// Files there count as the container's memory. When they fill up, the kernel kills the program, not the file: in one of the
    /// platforms that were studied sessions in memory took the login down for two days.
    ///
    /// ## Example
    /// ```yaml
    /// resources: { memory: 128Mi, memoryLimit: 256Mi }
    /// scratch: { /tmp: { size: 512Mi, medium: memory } } # found
    /// scratch: { /tmp: 512Mi }                           # right: on disk
    /// ```
    "ST4072" "scratch-fills-memory" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let tier = subject.estate.tier(&subject.application.tier);
    let components = subject.application.components.iter();
    components
        .filter_map(|component| {
            let in_memory: Vec<_> = component.fields.scratch.iter().filter(|(_, scratch)| scratch.medium == ScratchMedium::Memory).collect();
            let (first, _) = in_memory.first()?;
            let total = in_memory.iter().map(|(_, scratch)| scratch.size).reduce(Quantity::plus)?;
            let resources = component.fields.resources.as_ref();
            let twice = || resources.and_then(|resources| resources.memory).map(|memory| memory.times(2));
            let limit = resources.and_then(|resources| resources.memory_limit).or_else(twice).or(tier.map(|tier| tier.resources.memory_limit))?;
            (total >= limit).then(|| {
                let span = subject.key_span(&component.field("scratch").key(first.as_str()));
                let message = format!("scratch space in memory ({total}) leaves nothing of the memory limit ({limit}) of `{}`", component.name);
                Finding::new(span, message).help("put it on disk (leave `medium` out), or raise `resources.memoryLimit`")
            })
        })
        .collect()
}
