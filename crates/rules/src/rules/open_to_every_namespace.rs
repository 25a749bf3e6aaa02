//! Who may come in is named.

use steading_model::application::PeerTarget;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Not every namespace may reach an application.
    ///
    /// ## Why
    /// One container that is broken into reaches everything that lets everybody in. That is what the network policies are there to end.
    ///
    /// ## Example
    /// ```yaml
    /// network: { from: [{ namespace: "*" }] }                       # found
    /// network: { from: [{ application: shop }] }                    # right
    /// ```
    "ST4175" "open-to-every-namespace" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let application = subject.application;
    let path = application.field("network").key("from");
    let network = application.fields.network.iter();
    let peers = network.flat_map(|network| network.from.iter().enumerate());
    let open = peers.filter(|(_, peer)| match &peer.target {
        PeerTarget::AnyNamespace(pods) => pods.is_empty(),
        PeerTarget::Anywhere => true,
        _ => false,
    });
    let found = open.map(|(at, _)| {
        let message = format!("pods of every namespace may reach `{}`", application.name);
        let help = "name who needs it: `application`, `namespace`, or labels in `pods`";
        Finding::new(subject.span(&path.index(at)), message).help(help)
    });
    found.collect()
}
