//! The table that is printed, and how figures are written in it.

use std::time::Duration;

use crate::measure::Run;

/// Prints the head of the table.
pub(crate) fn head() {
    row(
        "what",
        ["Steading", "per object", "peer", "ratio", "peak memory"],
    );
    row("---", ["---"; 5]);
}

/// Prints a row.
#[expect(clippy::print_stdout, reason = "the table is the product")]
pub(crate) fn row(what: &str, cells: [&str; 5]) {
    println!("| {what} | {} |", cells.join(" | "));
}

/// Prints a row of a run over so many objects, beside what a peer took where there is one.
pub(crate) fn run_row(what: &str, run: Run, objects: u32, peer: Option<Duration>) {
    row(
        what,
        [
            &seconds(run.time),
            &each(run.time, objects),
            &peer.map(seconds).unwrap_or_default(),
            &peer.map(|peer| ratio(peer, run.time)).unwrap_or_default(),
            &memory(run.memory, objects),
        ],
    );
}

/// Returns a time as it is written.
pub(crate) fn seconds(time: Duration) -> String {
    if time < Duration::from_millis(100) {
        return format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    }
    format!("{:.2} s", time.as_secs_f64())
}

/// Returns the time for each object.
pub(crate) fn each(time: Duration, objects: u32) -> String {
    format!("{} µs", (time / objects).as_micros())
}

/// Returns how many times as long the peer took.
pub(crate) fn ratio(peer: Duration, ours: Duration) -> String {
    let ratio = peer.as_secs_f64() / ours.as_secs_f64();
    if ratio < 10.0 {
        return format!("{ratio:.2}x");
    }
    format!("{ratio:.0}x")
}

/// Returns an amount of memory.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes_to_mebibytes(bytes))
}

/// Returns an amount of memory, in all and for each object.
fn memory(bytes: u64, objects: u32) -> String {
    let each = bytes / u64::from(objects) / 100;
    format!("{}, {}.{} kB each", megabytes(bytes), each / 10, each % 10)
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn bytes_to_mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
