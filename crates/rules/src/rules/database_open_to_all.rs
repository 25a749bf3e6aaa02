//! Databases are reached by those that use them.

use steading_model::application::{Component, PeerTarget};

use crate::known::store;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No database can be reached from everywhere in the cluster.
    ///
    /// ## Why
    /// Many stores have no password inside the cluster: the network policy is the only lock. In one of the platforms that were studied
    /// any pod could delete the store of another application, and an audit found that it had happened.
    ///
    /// ## Example
    /// ```yaml
    /// image: redis:7.4.5
    /// network: { from: [{ namespace: "*" }] }          # found
    /// network: { from: [{ application: linkwarden }] } # right
    /// ```
    "ST4051" "database-open-to-all" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let images = subject.application.components.iter().filter_map(image);
    let Some(title) = images.into_iter().find_map(store) else {
        return Vec::new();
    };
    let path = subject.application.field("network").key("from");
    let from = subject
        .application
        .fields
        .network
        .iter()
        .flat_map(|network| &network.from);
    from.enumerate()
        .filter(|(_, peer)| match &peer.target {
            PeerTarget::Anywhere => true,
            PeerTarget::AnyNamespace(pods) => pods.is_empty(),
            PeerTarget::Cidr(range) => range.range().prefix_len() == 0,
            _ => false,
        })
        .map(|(at, _)| {
            let finding = Finding::new(
                subject.span(&path.index(at)),
                format!("every pod of the cluster can reach {title}"),
            );
            finding.help("name the applications that use it: `{ application: … }`")
        })
        .collect()
}

fn image(component: &Component) -> Option<&steading_model::name::ImageRef> {
    component.fields.image.as_ref()
}
