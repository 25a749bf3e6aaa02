//! Circles in what needs what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Returns circles, for each node the nodes that it needs: every need that lies on any circle lies on one of these.
///
/// Each is as short as can be for one of its needs, begins with its lowest node, and comes once. All circles there are would be too many to
/// read: their number doubles with each node that is added to a tangle.
pub(crate) fn cycles(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut covered = BTreeSet::new();
    let mut found = Vec::new();
    for (node, needed) in needs.iter().enumerate() {
        for next in needed {
            if covered.contains(&(node, *next)) {
                continue;
            }
            let Some(mut circle) = shortest(needs, *next, node) else {
                continue;
            };
            let lowest = (0..circle.len()).min_by_key(|at| circle[*at]);
            circle.rotate_left(lowest.unwrap_or_default());
            let followers = circle.iter().cycle().skip(1);
            covered.extend(circle.iter().copied().zip(followers.copied()));
            found.push(circle);
        }
    }
    found
}

/// Returns the nodes on a shortest way, both ends included.
fn shortest(needs: &[Vec<usize>], from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came: BTreeMap<usize, usize> = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        if node == to {
            return Some(way_back(&came, from, to));
        }
        for next in &needs[node] {
            if !came.contains_key(next) {
                came.insert(*next, node);
                queue.push_back(*next);
            }
        }
    }
    None
}

fn way_back(came: &BTreeMap<usize, usize>, from: usize, to: usize) -> Vec<usize> {
    let mut way = vec![to];
    let mut node = to;
    while node != from {
        node = came[&node];
        way.push(node);
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Nodes<'a> = &'a [&'a [usize]];

    #[test]
    fn circles_are_found_once() {
        let cases: [(Nodes<'_>, Nodes<'_>); 8] = [
            (&[], &[]),
            (&[&[1], &[2], &[]], &[]),
            (&[&[1, 2], &[3], &[3], &[]], &[]),
            (&[&[0]], &[&[0]]),
            (&[&[1], &[2], &[0]], &[&[0, 1, 2]]),
            (&[&[1], &[0], &[3], &[2], &[0, 2]], &[&[0, 1], &[2, 3]]),
            (&[&[1], &[0, 2], &[0]], &[&[0, 1], &[0, 1, 2]]),
            (&[&[1, 2], &[3], &[3], &[0]], &[&[0, 1, 3], &[0, 2, 3]]),
        ];
        for (needs, expected) in cases {
            let needs: Vec<Vec<usize>> = needs.iter().map(|needed| needed.to_vec()).collect();
            assert_eq!(cycles(&needs), expected, "{needs:?}");
        }
    }

    /// Up to nine nodes with up to 20 needs.
    fn graph() -> impl Strategy<Value = Vec<Vec<usize>>> {
        prop::collection::btree_set((0..9_usize, 0..9_usize), 0..20).prop_map(|edges| {
            let mut needs = vec![Vec::new(); 9];
            for (from, to) in edges {
                needs[from].push(to);
            }
            needs
        })
    }

    proptest! {
        #[test]
        fn circles_are_circles_and_without_their_needs_there_is_none(needs in graph()) {
            let found = cycles(&needs);
            let distinct: BTreeSet<&Vec<usize>> = found.iter().collect();
            prop_assert_eq!(distinct.len(), found.len());
            let mut rest = needs.clone();
            for circle in &found {
                let nodes: BTreeSet<&usize> = circle.iter().collect();
                prop_assert_eq!(nodes.len(), circle.len());
                prop_assert_eq!(nodes.first().copied(), circle.first());
                for (at, node) in circle.iter().enumerate() {
                    let next = circle[(at + 1) % circle.len()];
                    prop_assert!(needs[*node].contains(&next));
                    rest[*node].retain(|needed| *needed != next);
                }
            }
            prop_assert_eq!(cycles(&rest), Vec::<Vec<usize>>::new());
        }
    }
}
