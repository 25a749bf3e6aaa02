//! The chain of gates has those that nothing is safe without, in an order that holds.

use steading_model::FieldPath;
use steading_model::estate::{ChainLink, Estate};

use crate::rule::{Check, Finding, rule};

rule! {
    /// The estate's chain of gates has an allow-list and a login, and the allow-list comes before whatever answers.
    ///
    /// ## Why
    /// A route's `visibility` and `auth` are only as good as the chain: without the link `allow-list` every private route is public,
    /// without `authentication` every login is a word on paper. A login, a redirect or a bot wall before the allow-list answers strangers,
    /// waking up before it starts pods for them, and with `real-ip` before it the allow-list would judge an address that a header claims.
    /// What is derived puts the allow-list first all the same; the list should say what happens.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   chain: [authentication, rate-limit]              # found
    ///   chain: [allow-list, rate-limit, authentication]  # right
    /// ```
    "ST4037" "gate-missing-from-chain" Error => Check::Estate(check)
}

/// Links that must be there.
const NEEDED: [ChainLink; 2] = [ChainLink::AllowList, ChainLink::Authentication];
/// Links that answer requests, make others work, or believe what a request says about its address, before they are passed on.
const ANSWERING: [ChainLink; 6] = [
    ChainLink::RealIp,
    ChainLink::Authentication,
    ChainLink::BotWall,
    ChainLink::WakeUp,
    ChainLink::Custom,
    ChainLink::Redirect,
];

fn check(estate: &Estate) -> Vec<Finding> {
    let chain = &estate.fields.ingress.chain;
    if chain.is_empty() {
        return Vec::new();
    }
    let path = FieldPath::default().key("spec").key("ingress").key("chain");
    let span = estate.tree.key_span_at(&path);
    let missing = NEEDED.into_iter().filter(|link| !chain.contains(link));
    let mut found: Vec<Finding> = missing
        .map(|link| {
            Finding::new(span, format!("the chain has no `{link}`"))
                .help(format!("add `{link}`, or leave `chain` out"))
        })
        .collect();
    let gate = chain
        .iter()
        .position(|link| *link == ChainLink::AllowList)
        .unwrap_or(chain.len());
    let early = chain
        .iter()
        .enumerate()
        .find(|(at, link)| *at < gate && gate < chain.len() && ANSWERING.contains(link));
    found.extend(early.map(|(at, link)| {
        let message =
            format!("`{link}` comes before `allow-list`: it works for those who may not pass");
        Finding::new(estate.tree.span_at(&path.index(at)), message).help("put `allow-list` first")
    }));
    found
}
