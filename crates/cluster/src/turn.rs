//! Waiting for one's turn: until nobody releases into a namespace any more.

use std::time::{Duration, Instant};

use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::lease::{self, Found};

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// How waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nobody holds the namespace, or its holder gave no sign of life for as long as their lease lasts.
    Come,
    /// Somebody still holds it, and the time is up.
    NotYet,
}

/// Waits until nobody holds the Lease of a namespace, for so long at most. Takes nothing: who releases then takes the Lease, and finds
/// out whether somebody was faster.
pub async fn turn(
    cluster: &Cluster,
    namespace: &str,
    longest: Duration,
) -> Result<Turn, RequestError> {
    let begun = Instant::now();
    let mut watched: Option<(String, Instant)> = None;
    loop {
        let found = lease::read(cluster, namespace).await?;
        let Some(found) = found.filter(|found| !found.holder().is_empty()) else {
            return Ok(Turn::Come);
        };
        if found.is_abandoned(watched.as_ref()) {
            return Ok(Turn::Come);
        }
        if begun.elapsed() >= longest {
            return Ok(Turn::NotYet);
        }
        watched = Some(seen(found, watched));
        tokio::time::sleep(PAUSE).await;
    }
}

/// Returns which version of the Lease is watched, and since when.
fn seen(found: Found, watched: Option<(String, Instant)>) -> (String, Instant) {
    let version = found.into_version();
    match watched {
        Some((before, since)) if before == version => (before, since),
        _ => (version, Instant::now()),
    }
}
