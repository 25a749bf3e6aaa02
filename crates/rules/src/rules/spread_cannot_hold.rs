//! A required spread has enough nodes.

use std::collections::BTreeSet;

use steading_model::application::{Component, SpreadMode};
use steading_model::estate::Lab;
use steading_model::name::{LabelName, Literal};

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A required spread has a place for every replica, and for the one more that a release brings.
    ///
    /// ## Why
    /// With `mode: required`, a pod without a place of its own waits for ever. With as many replicas as nodes everything runs, until
    /// the first release: its new pod has nowhere to go, and the release is reverted. Known are the nodes under `lab` in the estate.
    ///
    /// ## Example
    /// With three nodes:
    /// ```yaml
    /// replicas: 3
    /// placement: { spread: { mode: required } } # found
    /// placement: { spread: {} }                 # right: as far as possible
    /// ```
    "ST4074" "spread-cannot-hold" Warning => Check::Application(check)
}

const HOST_NAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(lab) = &subject.estate.fields.lab else {
        return Vec::new();
    };
    let written = subject
        .application
        .fields
        .availability
        .as_ref()
        .and_then(|availability| availability.replicas);
    let components = subject.application.components.iter();
    components
        .filter_map(|component| {
            let spread = component.fields.placement.as_ref()?.spread.as_ref()?;
            let over = spread.over.as_deref().unwrap_or(HOST_NAME);
            let places = places(lab, component, over)?;
            let replicas = component.fields.replicas.or(written).unwrap_or(1);
            let needed = usize::try_from(replicas).ok()? + 1;
            // Over zones, several pods share a place as long as the places are filled evenly.
            (spread.mode == Some(SpreadMode::Required)
                && over == HOST_NAME
                && replicas > 1
                && needed > places)
                .then(|| {
                    let span =
                        subject.span(&component.field("placement").key("spread").key("mode"));
                    let message = format!(
                        "a release of `{}` needs {needed} nodes at once, and {places} fit",
                        component.name
                    );
                    Finding::new(span, message).help("leave `mode` out, or use fewer replicas")
                })
        })
        .collect()
}

/// Returns how many places there are; nothing for labels that the estate's nodes do not say.
fn places(lab: &Lab, component: &Component, over: &str) -> Option<usize> {
    let wanted = component
        .fields
        .placement
        .as_ref()
        .map(|placement| &placement.nodes)?;
    let fits = lab.nodes.iter().filter(|node| {
        wanted.iter().all(|(key, value)| {
            key == HOST_NAME && node.name.as_str() == value.as_str()
                || node.labels.get(key) == Some(value)
        })
    });
    let places: BTreeSet<Option<&str>> = fits
        .map(|node| match over {
            HOST_NAME => Some(node.name.as_str()),
            ZONE => node.zone.as_ref().map(LabelName::as_str),
            label => node.labels.get(label).map(Literal::as_str),
        })
        .collect();
    (!places.is_empty() && !places.contains(&None)).then_some(places.len())
}
