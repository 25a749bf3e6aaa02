//! A bot wall knows who asks.

use steading_model::FieldPath;
use steading_model::estate::{ChainLink, Estate};

use crate::rule::{Check, Finding, rule};

rule! {
    /// A bot wall behind a tunnel learns the client's own address first.
    ///
    /// ## Why
    /// Through a tunnel every request has the tunnel's address. A wall that counts by address then sees one busy visitor: it lets all pass
    /// after one has solved its riddle, or bans everybody at once.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   tunnels: [10.42.7.0/24]
    ///   botWall: { name: wall }     # found
    ///   realIp: { name: real-ip }   # right, with the two of them
    /// ```
    "ST4127" "bot-wall-behind-tunnel" Warning => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
    let ingress = &estate.fields.ingress;
    let path = FieldPath::default().key("spec").key("ingress");
    if ingress.bot_wall.is_none() || ingress.tunnels.is_empty() {
        return Vec::new();
    }
    let place = |wanted| ingress.chain.iter().position(|link| *link == wanted);
    let (wall, client) = (place(ChainLink::BotWall), place(ChainLink::RealIp));
    if ingress.real_ip.is_none() {
        let message = "the bot wall sees the tunnel's address instead of the client's";
        let finding = Finding::new(estate.tree.key_span_at(&path.key("botWall")), message);
        let tunnels = estate.tree.key_span_at(&path.key("tunnels"));
        return vec![
            finding
                .label(tunnels, "the tunnel")
                .help("set `ingress.realIp` to the middleware that finds the client's address"),
        ];
    }
    match (wall, client) {
        (Some(wall), Some(client)) if wall < client => {
            let path = path.key("chain");
            let message = "`bot-wall` comes before `real-ip`: it sees the tunnel's address";
            let finding = Finding::new(estate.tree.span_at(&path.index(wall)), message);
            vec![finding.help("put `real-ip` before `bot-wall`")]
        }
        _ => Vec::new(),
    }
}
