//! Races through faults, on the lab's API server: many rounds, or one again by its seed; and every kill of a group, a rollback and a rename.

use anyhow::Result;

use crate::programs::{Profile, lab_folder, steading};
use crate::run::run_with;

/// Runs rounds of the storm, from a seed on.
pub(crate) fn storm(rounds: u64, seed: u64) -> Result<()> {
    lab_folder(&steading(Profile::Dev)?)?;
    let arguments = [
        "test",
        "--locked",
        "-p",
        "steading-cluster",
        "--test",
        "it",
        "--",
        "--exact",
        "storm::storm",
        "guarantee_2::guarantee_2_a_group_killed_at_any_request",
        "guarantee_2::guarantee_2_a_rollback_killed_at_any_request",
        "guarantee_2::guarantee_2_a_rename_killed_at_any_request",
        "--nocapture",
    ];
    let environment = [
        ("STEADING_STORM_ROUNDS", &*rounds.to_string()),
        ("STEADING_STORM_SEED", &*seed.to_string()),
        ("STEADING_STORM_KILLS", "all"),
    ];
    run_with("cargo", &arguments, &environment)
}
