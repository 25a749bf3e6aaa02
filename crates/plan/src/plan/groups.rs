//! Which releases are made as one: complete together, or put back together.
//!
//! Two applications that both run already, that both change, and of which one needs the other, are bound: if one were put back alone, its
//! old version would meet the other's new one, which nobody tried. An application that is new is not bound: nothing old is left of it
//! that could meet anything, so those that it needs keep their new version when it fails.
//!
//! What would wait for itself once the bound ones are taken as one (a new application between two bound ones) belongs to them too.

use std::collections::BTreeSet;

/// The applications of a run, by their place in it.
pub(super) struct Binding<'a> {
    /// Those that each needs.
    pub(super) needs: &'a [BTreeSet<usize>],
    /// Whether each changes.
    pub(super) changes: Vec<bool>,
    /// Whether each was released before.
    pub(super) is_old: Vec<bool>,
}

/// Groups as a forest: each place points at one of its group, the first of it at itself.
struct Forest(Vec<usize>);

impl Forest {
    fn root(&self, mut place: usize) -> usize {
        while self.0[place] != place {
            place = self.0[place];
        }
        place
    }

    /// Binds two; the smaller place is the group's. Says whether they were apart.
    fn bind(&mut self, one: usize, two: usize) -> bool {
        let (one, two) = (self.root(one), self.root(two));
        self.0[one.max(two)] = one.min(two);
        one != two
    }
}

/// Returns the group of each place, named by the first of it.
pub(super) fn groups(binding: &Binding<'_>) -> Vec<usize> {
    let mut forest = Forest((0..binding.needs.len()).collect());
    let edges: Vec<(usize, usize)> = binding.edges().collect();
    for (one, two) in &edges {
        if binding.is_old[*one] && binding.is_old[*two] {
            forest.bind(*one, *two);
        }
    }
    while untie(&mut forest, &edges) {}
    (0..binding.needs.len())
        .map(|place| forest.root(place))
        .collect()
}

impl Binding<'_> {
    /// Returns who needs whom, of those that change.
    fn edges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let all = self.needs.iter().enumerate();
        all.flat_map(|(index, needs)| needs.iter().map(move |needed| (index, *needed)))
            .filter(|(index, needed)| self.changes[*index] && self.changes[*needed])
    }
}

/// Binds groups that wait for each other in a circle; says whether there were any.
fn untie(forest: &mut Forest, edges: &[(usize, usize)]) -> bool {
    let mut between: BTreeSet<(usize, usize)> = edges
        .iter()
        .map(|(one, two)| (forest.root(*one), forest.root(*two)))
        .filter(|(one, two)| one != two)
        .collect();
    // What nobody needs, and what needs nobody, is in no circle.
    loop {
        let needing: BTreeSet<usize> = between.iter().map(|(one, _)| *one).collect();
        let needed: BTreeSet<usize> = between.iter().map(|(_, two)| *two).collect();
        let before = between.len();
        between.retain(|(one, two)| needed.contains(one) && needing.contains(two));
        if between.len() == before {
            break;
        }
    }
    for (one, two) in &between {
        forest.bind(*one, *two);
    }
    !between.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of applications of which each needs what is listed; those in `new` were never released.
    fn of(needs: &[&[usize]], new: &[usize]) -> Vec<usize> {
        let needs: Vec<BTreeSet<usize>> = needs
            .iter()
            .map(|needs| needs.iter().copied().collect())
            .collect();
        groups(&Binding {
            needs: &needs,
            changes: vec![true; needs.len()],
            is_old: (0..needs.len())
                .map(|place| !new.contains(&place))
                .collect(),
        })
    }

    #[test]
    fn what_runs_changes_and_needs_each_other_is_bound() {
        assert_eq!(of(&[&[], &[0], &[1], &[]], &[]), [0, 0, 0, 3]);
    }

    #[test]
    fn what_is_new_is_bound_to_nobody() {
        assert_eq!(of(&[&[], &[0], &[0]], &[0]), [0, 1, 2]);
        assert_eq!(of(&[&[], &[0], &[0]], &[1]), [0, 1, 0]);
    }

    #[test]
    fn what_stays_as_it_is_binds_nobody() {
        let needs = [BTreeSet::new(), [0].into(), [1].into()];
        let binding = Binding {
            needs: &needs,
            changes: vec![true, false, true],
            is_old: vec![true; 3],
        };
        assert_eq!(groups(&binding), [0, 1, 2]);
    }

    #[test]
    fn what_is_new_between_two_that_are_bound_belongs_to_them() {
        // 1 needs 0 and the new 2, which needs 0; 3 is new and needs 2.
        assert_eq!(of(&[&[], &[0, 2], &[0], &[2]], &[2, 3]), [0, 0, 0, 3]);
    }
}
