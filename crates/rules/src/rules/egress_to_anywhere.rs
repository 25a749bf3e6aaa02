//! Applications reach what they need.

use steading_model::application::PeerTarget;
use steading_model::name::Cidr;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No application may reach everything, inside and outside, unless it says why.
    ///
    /// ## Why
    /// `anywhere` and `0.0.0.0/0` include the API server, the storage, the machines at home and every other application. What breaks in
    /// through one application then walks through all. Access to the internet alone is `internet`.
    ///
    /// ## Example
    /// ```yaml
    /// network: { to: [anywhere] } # found
    /// network: { to: [internet] } # right
    /// network: { to: [{ word: anywhere, why: "asks whatever is watched" }] } # right
    /// ```
    "ST4050" "egress-to-anywhere" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let own = subject
        .application
        .fields
        .network
        .as_ref()
        .map(|network| (subject.application.field("network"), network));
    let jobs = subject.application.fields.jobs.iter();
    let jobs = jobs.filter_map(|(name, job)| {
        Some((
            subject
                .application
                .field("jobs")
                .key(name.as_str())
                .key("network"),
            job.own.network.as_ref()?,
        ))
    });
    let peers = own.into_iter().chain(jobs).flat_map(|(path, network)| {
        let path = path.key("to");
        network
            .to
            .iter()
            .enumerate()
            .map(move |(at, peer)| (path.index(at), peer))
    });
    peers
        .filter(|(_, peer)| peer.why.is_none())
        .filter(|(_, peer)| match peer.target {
            PeerTarget::Anywhere => true,
            PeerTarget::Cidr(range) => is_everything(range),
            _ => false,
        })
        .map(|(path, _)| {
            Finding::new(
                subject.span(&path),
                "the pods may reach everything, inside and outside",
            )
            .help("write `internet`, name what they need, or say `{ word: anywhere, why: … }`")
        })
        .collect()
}

fn is_everything(range: Cidr) -> bool {
    range.range().prefix_len() == 0
}
