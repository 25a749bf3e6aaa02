//! How much one run may delete.
//!
//! Files that are missing by mistake, of another estate or half written look like files that somebody removed. No check of the files can
//! tell: what gives it away is how much would go.

use serde::{Deserialize, Serialize};

use crate::observed::ReleaseKey;

/// How many objects one run may delete: the largest of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// So many always.
    pub objects: usize,
    /// So many in a hundred of what is managed in the environments of the run.
    pub percent: usize,
    /// So many were accepted for this run.
    pub accepted: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            objects: 5,
            percent: 10,
            accepted: 0,
        }
    }
}

impl Budget {
    /// Returns how many of the managed objects may go.
    pub fn allows(&self, managed: usize) -> usize {
        let part = managed.saturating_mul(self.percent) / 100;
        self.objects.max(part).max(self.accepted)
    }
}

/// A run that would delete more than it may: nothing of it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverBudget {
    /// What the run may delete.
    pub budget: Budget,
    /// How many objects are managed in the environments of the run.
    pub managed: usize,
    /// Those environments.
    pub environments: Vec<String>,
    /// How many objects would go, by application.
    pub deletes: Vec<(ReleaseKey, usize)>,
}

impl OverBudget {
    /// Returns how many objects would go.
    pub fn total(&self) -> usize {
        self.deletes.iter().map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_the_three_counts() {
        let budget = |objects, percent, accepted| Budget {
            objects,
            percent,
            accepted,
        };
        for (budget, managed, allowed) in [
            (budget(5, 10, 0), 0, 5),
            (budget(5, 10, 0), 59, 5),
            (budget(5, 10, 0), 60, 6),
            (budget(5, 10, 0), 2000, 200),
            (budget(5, 10, 12), 100, 12),
            (budget(0, 0, 0), 2000, 0),
            (budget(0, 100, 0), usize::MAX, usize::MAX / 100),
        ] {
            assert_eq!(budget.allows(managed), allowed, "{budget:?} of {managed}");
        }
    }
}
