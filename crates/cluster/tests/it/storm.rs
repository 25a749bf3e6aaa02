//! Runs that race each other through faults, round after round: one wins, the others say who, and nothing is left half done.
//!
//! A round is its seed: who wants what, when each begins, which of their requests fail, and who dies. `cargo test` runs a sample;
//! `cargo xtask storm` runs 200, and `cargo xtask storm --seed 17` one again.

mod round;
mod runner;
mod verdict;
mod wish;

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};

use self::round::Round;
use self::verdict::Tally;
use self::wish::References;

/// How many rounds are under way side by side.
const SIDE_BY_SIDE: usize = 6;
/// How many rounds `cargo test` runs.
const SAMPLE: u64 = 18;

fn number(variable: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(variable) else {
        return default;
    };
    text.parse()
        .unwrap_or_else(|_| panic!("{variable} must be a number: {text}"))
}

#[tokio::test]
async fn storm() {
    let first = number("STEADING_STORM_SEED", 1);
    let rounds = number("STEADING_STORM_ROUNDS", SAMPLE);
    let references = References::gather().await;
    let results = stream::iter(first..first + rounds).map(|seed| {
        let references = &references;
        async move { (seed, Box::pin(Round::of(seed).run(references)).await) }
    });
    let mut results = results.buffer_unordered(SIDE_BY_SIDE);
    let (mut total, mut wrong) = (Tally::default(), BTreeMap::new());
    while let Some((seed, verdict)) = results.next().await {
        total.add(&verdict.tally);
        if !verdict.wrong.is_empty() {
            println!("{}", failure(seed, &verdict.wrong));
            wrong.insert(seed, verdict.wrong);
        }
    }
    println!("{rounds} rounds: {total}");
    let texts: Vec<String> = wrong
        .iter()
        .map(|(seed, wrong)| failure(*seed, wrong))
        .collect();
    assert!(texts.is_empty(), "{}", texts.join("\n"));
}

fn failure(seed: u64, wrong: &[String]) -> String {
    let wrong = wrong.join("\n  ");
    format!("seed {seed}; again with `cargo xtask storm --seed {seed}`:\n  {wrong}")
}
