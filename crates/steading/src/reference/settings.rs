//! The page of the environment variables.

use super::GENERATED;
use crate::settings::VARIABLES;

/// Returns the page.
pub(super) fn page() -> String {
    let lines = VARIABLES
        .iter()
        .map(|variable| format!("| `{}` | {} |\n", variable.name, variable.docs));
    format!(
        "{GENERATED}# Environment variables\n\n| variable | meaning |\n|---|---|\n{}",
        lines.collect::<String>()
    )
}
