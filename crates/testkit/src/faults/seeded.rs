//! Faults by chance that come again with the same seed.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use super::fault::{Fault, Seen};
use super::layer::Faults;

/// What may happen to what only reads.
const READS: [Fault; 8] = [
    Fault::Reset,
    Fault::Status(429, Some(1)),
    Fault::Status(429, None),
    Fault::Status(500, None),
    Fault::Status(503, None),
    Fault::Slow(Duration::from_millis(300)),
    Fault::Pieces(Duration::from_millis(40)),
    Fault::Cut,
];

/// What may happen to what writes.
const WRITES: [Fault; 9] = [
    Fault::Reset,
    Fault::ResetAfter,
    Fault::Cut,
    Fault::Status(429, None),
    Fault::Status(500, None),
    Fault::Status(503, None),
    Fault::Status(409, None),
    Fault::Slow(Duration::from_millis(300)),
    Fault::Pieces(Duration::from_millis(40)),
];

/// What may happen to a watch.
const WATCHES: [Fault; 5] = [
    Fault::Gone,
    Fault::Ends,
    Fault::Cut,
    Fault::Status(410, None),
    Fault::Pieces(Duration::from_millis(300)),
];

/// For how many readings in a row a cache lags.
const LAG: usize = 3;

impl Faults {
    /// Faults by chance: of a hundred requests about `density` have one. The same request, by method, path and how often it was sent
    /// before, has the same with the same seed.
    pub fn seeded(seed: u64, density: u8) -> Self {
        Self::by(move |seen| fault(seed, density, seen))
    }

    /// The same, for a client that dies: `death` happens to the request with this number.
    pub fn seeded_until(seed: u64, density: u8, at: usize, death: Fault) -> Self {
        Self::by(move |seen| {
            if seen.index == at {
                return Some(death);
            }
            fault(seed, density, seen)
        })
    }
}

fn fault(seed: u64, density: u8, request: &Seen) -> Option<Fault> {
    let is_read = request.method == "GET" && !request.is_watch();
    if is_read && chance(seed, "lag", request, request.nth / LAG) % 300 < u64::from(density) {
        return Some(Fault::Stale);
    }
    let chance = chance(seed, "fault", request, request.nth);
    if chance % 100 >= u64::from(density) {
        return None;
    }
    let among: &[Fault] = match request.method.as_str() {
        _ if request.is_watch() => &WATCHES,
        "GET" if request.is_list() && chance.is_multiple_of(7) => &[Fault::Status(410, None)],
        "GET" => &READS,
        _ => &WRITES,
    };
    let count = among.len() as u64;
    usize::try_from((chance / 100) % count)
        .ok()
        .and_then(|at| among.get(at))
        .copied()
}

/// Returns a number that is the same for the same request, and like thrown dice for different ones.
fn chance(seed: u64, what: &str, request: &Seen, times: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, what, &request.method, &request.path, times).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests() -> Vec<Seen> {
        let one = |index: usize| Seen {
            index,
            nth: index / 10 + 1,
            method: if index.is_multiple_of(2) {
                "GET"
            } else {
                "PATCH"
            }
            .to_owned(),
            path: format!("/api/v1/namespaces/shop/services/{}", index % 10),
            query: String::new(),
        };
        (0..1000).map(one).collect()
    }

    fn faults(seed: u64) -> Vec<Option<Fault>> {
        requests()
            .iter()
            .map(|seen| fault(seed, 20, seen))
            .collect()
    }

    #[test]
    fn the_same_seed_has_the_same_faults_in_any_order() {
        let forward = faults(7);
        let mut backward: Vec<Option<Fault>> = requests()
            .iter()
            .rev()
            .map(|seen| fault(7, 20, seen))
            .collect();
        backward.reverse();
        assert_eq!(forward, backward);
        assert_ne!(forward, faults(8));
    }

    #[test]
    fn about_as_many_have_one_as_was_asked_for() {
        let count = faults(7).iter().flatten().count();
        assert!((150..350).contains(&count), "{count} of 1000");
    }
}
