//! The order in which a request passes the gates of a route.

use steading_model::estate::ChainLink;

/// Gates that a route may not lose because the estate's chain forgot them; they come first.
const FIRST: [ChainLink; 2] = [ChainLink::AllowList, ChainLink::Authentication];
/// What a route asks for by itself; they come last.
const LAST: [ChainLink; 5] = [
    ChainLink::BotWall,
    ChainLink::BodyLimit,
    ChainLink::Custom,
    ChainLink::Redirect,
    ChainLink::StripPrefix,
];

/// Returns the estate's chain, completed: leaving a gate out of the list never opens a route.
pub(crate) fn complete(chain: &[ChainLink]) -> Vec<ChainLink> {
    let missing = |link: &&ChainLink| !chain.contains(link);
    let first = FIRST.iter().filter(missing);
    let last = LAST.iter().filter(missing);
    let mut links: Vec<ChainLink> = Vec::new();
    for link in first.chain(chain).chain(last) {
        if !links.contains(link) {
            links.push(*link);
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_never_lost() {
        let links = complete(&[ChainLink::Custom, ChainLink::RateLimit, ChainLink::Custom]);
        assert_eq!(
            links[..4],
            [
                ChainLink::AllowList,
                ChainLink::Authentication,
                ChainLink::Custom,
                ChainLink::RateLimit
            ]
        );
        assert!(!links.contains(&ChainLink::SecurityHeaders));
        let whole = [
            ChainLink::RateLimit,
            ChainLink::Authentication,
            ChainLink::AllowList,
        ];
        assert_eq!(complete(&whole)[..3], whole);
    }
}
