//! The order in which a request passes the gates of a route.

use steading_model::estate::ChainLink;

/// Gates that a route may not lose because the estate's chain forgot them; they come first.
const FIRST: [ChainLink; 2] = [ChainLink::AllowList, ChainLink::Authentication];
/// What a route asks for by itself; they come last.
const LAST: [ChainLink; 6] = [
    ChainLink::BotWall,
    ChainLink::WakeUp,
    ChainLink::BodyLimit,
    ChainLink::Custom,
    ChainLink::Redirect,
    ChainLink::StripPrefix,
];
/// Links that answer a request, make others work for it, or say that it comes from somewhere else: none of them may see a request that
/// the allow-list would have refused.
pub(crate) const WITH_EFFECT: [ChainLink; 6] = [
    ChainLink::RealIp,
    ChainLink::BotWall,
    ChainLink::Authentication,
    ChainLink::WakeUp,
    ChainLink::Custom,
    ChainLink::Redirect,
];

/// Returns the estate's chain, completed: leaving a gate out of the list never opens a route, and an allow-list stands before
/// everything that has an effect.
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
    allow_list_first(links)
}

fn allow_list_first(mut links: Vec<ChainLink>) -> Vec<ChainLink> {
    let gate = links.iter().position(|link| *link == ChainLink::AllowList);
    let effect = links.iter().position(|link| WITH_EFFECT.contains(link));
    if let (Some(gate), Some(effect)) = (gate, effect)
        && effect < gate
    {
        let gate = links.remove(gate);
        links.insert(effect, gate);
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
    }

    #[test]
    fn an_allow_list_stands_before_everything_that_has_an_effect() {
        for link in WITH_EFFECT {
            let links = complete(&[ChainLink::RateLimit, link, ChainLink::AllowList]);
            let at = |wanted| links.iter().position(|link| *link == wanted);
            assert!(at(ChainLink::AllowList) < at(link), "{link}");
        }
        let harmless = [
            ChainLink::RateLimit,
            ChainLink::AllowList,
            ChainLink::Authentication,
        ];
        assert_eq!(complete(&harmless)[..3], harmless);
    }
}
