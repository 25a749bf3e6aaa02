//! What the estate sets up for every route is in its chain.

use steading_model::FieldPath;
use steading_model::estate::{ChainLink, Estate};

use crate::rule::{Check, Finding, rule};

rule! {
    /// Whatever the estate sets up for every route has its place in the chain.
    ///
    /// ## Why
    /// The chain is a list: `retry`, `errorPages`, `compress` or `realIp` have no effect where it is written without their link, and
    /// neither have the rate classes or the security headers. Gates that keep people out are never lost in that way.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   retry: { attempts: 2 }
    ///   chain: [allow-list, rate-limit, security-headers, authentication]        # found
    ///   chain: [allow-list, retry, rate-limit, security-headers, authentication] # right
    /// ```
    "ST4126" "setting-without-link" Warning => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
    let ingress = &estate.fields.ingress;
    if ingress.chain.is_empty() {
        return Vec::new();
    }
    let set = [
        ("realIp", ChainLink::RealIp, ingress.real_ip.is_some()),
        ("retry", ChainLink::Retry, ingress.retry.is_some()),
        (
            "errorPages",
            ChainLink::ErrorPages,
            ingress.error_pages.is_some(),
        ),
        ("compress", ChainLink::Compress, ingress.compress.is_some()),
    ];
    let path = FieldPath::default().key("spec").key("ingress");
    let chain = estate.tree.key_span_at(&path.key("chain"));
    let lost = set
        .into_iter()
        .filter(|(_, link, is_set)| *is_set && !ingress.chain.contains(link));
    lost.map(|(key, link, _)| {
        let message = format!("`ingress.{key}` has no effect: the chain has no `{link}`");
        let finding = Finding::new(estate.tree.key_span_at(&path.key(key)), message);
        finding
            .label(chain, "the chain")
            .help(format!("add `{link}` to the chain, or leave `chain` out"))
    })
    .collect()
}
