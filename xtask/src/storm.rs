//! Races through faults, on the lab's API server: many rounds, or one again by its seed; and every kill of a group, a rollback and a rename.

use anyhow::{Result, bail};

use crate::programs::{Profile, lab_folder, steading};
use crate::run::{run_with, say};

/// How many rounds are raced.
const ROUNDS: u64 = 200;
/// The tests that kill at every request, and in how many shares. Each share has a process and so a lab of its own: a lab that has
/// thousands of namespaces to remove is slow.
const KILLS: [(&str, usize); 3] = [
    (
        "guarantee_2::guarantee_2_a_rollback_killed_at_any_request",
        2,
    ),
    ("guarantee_2::guarantee_2_a_rename_killed_at_any_request", 4),
    ("guarantee_2::guarantee_2_a_group_killed_at_any_request", 16),
];

/// Runs everything; or the race of one seed.
pub(crate) fn storm(seed: Option<u64>) -> Result<()> {
    lab_folder(&steading(Profile::Dev)?)?;
    if let Some(seed) = seed {
        return races(seed, 1);
    }
    let mut failed = Vec::new();
    failed.extend(races(1, ROUNDS).err());
    for (test, shares) in KILLS {
        for share in 1..=shares {
            let share = format!("{share}/{shares}");
            say(&format!("share {share} of the kills"));
            failed.extend(it(test, &[("STEADING_STORM_KILLS", &share)]).err());
        }
    }
    if !failed.is_empty() {
        bail!("{} of the runs failed: see above", failed.len());
    }
    Ok(())
}

fn races(first: u64, rounds: u64) -> Result<()> {
    let (first, rounds) = (first.to_string(), rounds.to_string());
    it(
        "storm::storm",
        &[
            ("STEADING_STORM_SEED", &first),
            ("STEADING_STORM_ROUNDS", &rounds),
        ],
    )
}

/// Runs one test on the lab.
fn it(test: &str, environment: &[(&str, &str)]) -> Result<()> {
    let arguments = "test --locked -p steading-cluster --test it -- --nocapture --exact";
    let arguments: Vec<&str> = arguments.split(' ').chain([test]).collect();
    run_with("cargo", &arguments, environment)
}
