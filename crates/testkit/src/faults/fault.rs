//! What is known of a request, and what can happen to it.

use std::time::Duration;

/// A request as the layer saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number, from 1.
    pub index: usize,
    /// How often the same was asked, this time included: by method and path.
    pub nth: usize,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query.
    pub query: String,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The client dies before it is sent: neither it nor any later one reaches the server.
    KillBefore,
    /// The client dies after the server answered: the answer is lost, and no later request is sent.
    KillAfter,
    /// The connection is reset before the server sees it.
    Reset,
    /// The connection is reset after the server answered.
    ResetAfter,
    /// The server sees it and its answer never comes.
    Lost,
    /// The server answers with this status, and `Retry-After` in seconds where there is one.
    Status(u16, Option<u64>),
    /// It takes this long to get there.
    Slow(Duration),
    /// The answer comes in pieces, with this pause before each; on a watch, each of the news.
    Pieces(Duration),
    /// The connection breaks half way through the answer; on a watch, after the first news.
    Cut,
    /// The answer ends half way as if that were all; a watch ends after the first news.
    Ends,
    /// What is read is what was read before, as a cache that lags has it; what was not read before is asked for.
    Stale,
    /// A watch is told that it begins too far back. Another request is not touched.
    Gone,
}

impl Seen {
    /// Says whether the request may change something; a dry run does not.
    pub fn is_write(&self) -> bool {
        self.method != "GET" && !self.query.contains("dryRun=All")
    }

    /// Says whether it watches.
    pub fn is_watch(&self) -> bool {
        self.query.split('&').any(|pair| pair == "watch=true")
    }

    /// Says whether it reads a list: the last word of its path is a kind, and not the name of an object.
    pub fn is_list(&self) -> bool {
        let words: Vec<&str> = self
            .path
            .split('/')
            .filter(|word| !word.is_empty())
            .collect();
        let below = match words.first() {
            Some(&"api") => words.get(2..),
            Some(&"apis") => words.get(3..),
            _ => None,
        };
        let below = below.unwrap_or_default();
        let is_kind = match below.first() {
            Some(&"namespaces") => matches!(below.len(), 1 | 3),
            _ => below.len() == 1,
        };
        self.method == "GET" && is_kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_from_objects() {
        let rows = [
            ("/api/v1/pods", true),
            ("/api/v1/namespaces", true),
            ("/api/v1/namespaces/shop", false),
            ("/api/v1/namespaces/shop/pods", true),
            ("/api/v1/namespaces/shop/pods/web", false),
            ("/apis/apps/v1/deployments", true),
            ("/apis/apps/v1", false),
            ("/apis/steading.dev/v1/namespaces/shop/releases", true),
            ("/apis/steading.dev/v1/namespaces/shop/releases/one", false),
            ("/version", false),
        ];
        for (path, expected) in rows {
            let seen = Seen {
                index: 1,
                nth: 1,
                method: "GET".to_owned(),
                path: path.to_owned(),
                query: String::new(),
            };
            assert_eq!(seen.is_list(), expected, "{path}");
        }
    }
}
