//! Where the nodes of a graph are drawn: in layers from left to right, each to the right of all that need it.
//!
//! Circles are broken at the edge that closes them. Long edges pass the layers between through places of their own, so that they do not
//! run across boxes; those to one node share them, because a picture of who all needs the database is about the database. Within a layer the order is that of the middle of the neighbours, looked at from both sides a few times; ties stay
//! as they were, so that the same graph always gives the same picture.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::graph::Graph;

/// How often the layers are put in order, from each side.
const SWEEPS: usize = 8;

/// A place in the picture: the layer, and where in it.
pub(super) type Place = (usize, usize);

/// The layers of a graph.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// The place of each node that needs or is needed.
    pub(super) places: BTreeMap<usize, Place>,
    /// The way of each edge: its nodes' places, and those between in layers that it passes.
    pub(super) ways: BTreeMap<(usize, usize), Vec<Place>>,
    /// How many places each layer has.
    pub(super) sizes: Vec<usize>,
    /// The nodes without edges.
    pub(super) alone: Vec<usize>,
}

/// A node, or where the edges to one pass a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Node(usize),
    /// On the way to a node, through a layer.
    Passing(usize, usize),
}

/// Lays a graph out.
pub(super) fn layout(graph: &Graph) -> Layout {
    let joined: BTreeSet<usize> = graph
        .edges
        .keys()
        .flat_map(|(from, to)| [*from, *to])
        .collect();
    let edges = forward(graph);
    let layers = layers(&joined, &edges);
    let mut rows: Vec<Vec<Item>> = Vec::new();
    let mut put = |layer: usize, item: Item| {
        if rows.len() <= layer {
            rows.resize(layer + 1, Vec::new());
        }
        rows[layer].push(item);
    };
    for (node, layer) in &layers {
        put(*layer, Item::Node(*node));
    }
    let mut links: BTreeSet<(Item, Item)> = BTreeSet::new();
    let mut passed = BTreeSet::new();
    for (from, to) in &edges {
        let mut last = Item::Node(*from);
        for layer in layers[from] + 1..layers[to] {
            let passing = Item::Passing(*to, layer);
            if passed.insert(passing) {
                put(layer, passing);
            }
            links.insert((last, passing));
            last = passing;
        }
        links.insert((last, Item::Node(*to)));
    }
    order(&mut rows, &links);
    placed(graph, &rows, &edges)
}

/// Returns the edges, each turned so that there is no circle.
fn forward(graph: &Graph) -> BTreeSet<(usize, usize)> {
    let mut done = BTreeSet::new();
    let mut edges = BTreeSet::new();
    let needed: BTreeSet<usize> = graph.edges.keys().map(|(_, to)| *to).collect();
    let all = 0..graph.nodes.len();
    let roots = all.clone().filter(|node| !needed.contains(node)).chain(all);
    for root in roots {
        let mut open = vec![(
            root,
            graph.needs(root).map(|(to, _)| to).collect::<Vec<_>>(),
        )];
        if !done.insert(root) {
            continue;
        }
        while let Some((node, rest)) = open.last_mut() {
            let node = *node;
            let Some(next) = (!rest.is_empty()).then(|| rest.remove(0)) else {
                open.pop();
                continue;
            };
            if open.iter().any(|(above, _)| *above == next) {
                edges.insert((next, node));
                continue;
            }
            edges.insert((node, next));
            if done.insert(next) {
                open.push((next, graph.needs(next).map(|(to, _)| to).collect()));
            }
        }
    }
    edges
}

/// Returns the layer of each node: as far left as those allow that need it.
fn layers(nodes: &BTreeSet<usize>, edges: &BTreeSet<(usize, usize)>) -> BTreeMap<usize, usize> {
    let mut layers: BTreeMap<usize, usize> = nodes.iter().map(|node| (*node, 0)).collect();
    // Without circles the longest way has fewer edges than there are nodes.
    for _ in 0..nodes.len() {
        let mut changed = false;
        for (from, to) in edges {
            let least = layers[from] + 1;
            if layers[to] < least {
                layers.insert(*to, least);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    layers
}

/// Puts each layer in the order of the middle of its neighbours.
fn order(rows: &mut [Vec<Item>], links: &BTreeSet<(Item, Item)>) {
    let mut before: BTreeMap<Item, Vec<Item>> = BTreeMap::new();
    let mut behind: BTreeMap<Item, Vec<Item>> = BTreeMap::new();
    for (from, to) in links {
        behind.entry(*from).or_default().push(*to);
        before.entry(*to).or_default().push(*from);
    }
    for _ in 0..SWEEPS {
        for at in 1..rows.len() {
            sort(rows, at, at - 1, &before);
        }
        for at in (0..rows.len().saturating_sub(1)).rev() {
            sort(rows, at, at + 1, &behind);
        }
    }
}

/// Orders one layer by the places of its neighbours in another, in thousandths; what has none stays where it is.
fn sort(rows: &mut [Vec<Item>], at: usize, other: usize, neighbours: &BTreeMap<Item, Vec<Item>>) {
    let places: BTreeMap<Item, usize> = rows[other]
        .iter()
        .enumerate()
        .map(|(place, item)| (*item, place))
        .collect();
    let scale = |place: usize, of: usize| (2 * place + 1) * 1000 / of.max(1);
    let (size, there) = (rows[at].len(), rows[other].len());
    let middle = |(place, item): (usize, &Item)| {
        let all = neighbours.get(item).into_iter().flatten();
        let all: Vec<usize> = all.filter_map(|item| places.get(item).copied()).collect();
        if all.is_empty() {
            return scale(place, size);
        }
        all.iter().map(|place| scale(*place, there)).sum::<usize>() / all.len()
    };
    let keys = rows[at].iter().enumerate().map(middle);
    let mut keyed: Vec<(usize, usize, Item)> = keys
        .zip(rows[at].iter().enumerate())
        .map(|(key, (place, item))| (key, place, *item))
        .collect();
    keyed.sort_unstable();
    rows[at] = keyed.into_iter().map(|(_, _, item)| item).collect();
}

fn placed(graph: &Graph, rows: &[Vec<Item>], edges: &BTreeSet<(usize, usize)>) -> Layout {
    let mut places: BTreeMap<Item, Place> = BTreeMap::new();
    for (layer, row) in rows.iter().enumerate() {
        places.extend(
            row.iter()
                .enumerate()
                .map(|(at, item)| (*item, (layer, at))),
        );
    }
    let way = |from: usize, to: usize| {
        let ends = (places[&Item::Node(from)], places[&Item::Node(to)]);
        let passed = ends.0.0 + 1..ends.1.0;
        let passed = passed.filter_map(|layer| places.get(&Item::Passing(to, layer)));
        let mut way = vec![ends.0];
        way.extend(passed);
        way.push(ends.1);
        way
    };
    let drawn = |(from, to): (usize, usize)| {
        if edges.contains(&(from, to)) {
            return way(from, to);
        }
        let mut turned = way(to, from);
        turned.reverse();
        turned
    };
    let ways = graph.edges.keys().map(|edge| (*edge, drawn(*edge)));
    let ways: BTreeMap<(usize, usize), Vec<Place>> = ways.collect();
    let nodes = places.iter().filter_map(|(item, place)| match item {
        Item::Node(node) => Some((*node, *place)),
        Item::Passing(..) => None,
    });
    let nodes: BTreeMap<usize, Place> = nodes.collect();
    let alone = (0..graph.nodes.len()).filter(|node| !nodes.contains_key(node));
    Layout {
        alone: alone.collect(),
        places: nodes,
        ways,
        sizes: rows.iter().map(Vec::len).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use steading_model::graph::{Graph, GraphNode, Need, NodeKind};
    use steading_model::name::EnvironmentName;

    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let environment = EnvironmentName::parse("prod").unwrap();
        let node = |at: usize| GraphNode {
            environment: environment.clone(),
            kind: NodeKind::Application,
            name: format!("a{at}"),
        };
        let edge = |edge: &(usize, usize)| (*edge, BTreeSet::from([Need::DependsOn]));
        Graph {
            nodes: (0..nodes).map(node).collect(),
            edges: edges.iter().map(edge).collect(),
        }
    }

    #[test]
    fn what_is_needed_is_to_the_right_of_what_needs_it() {
        let edges = [(0, 1), (1, 2), (0, 2), (3, 2), (4, 1)];
        let found = layout(&graph(6, &edges));
        for (from, to) in edges {
            assert!(
                found.places[&from].0 < found.places[&to].0,
                "{from} -> {to}"
            );
        }
        assert_eq!(found.alone, [5]);
        assert_eq!(found.ways[&(0, 2)].len(), 3, "it passes one layer");
        assert_eq!(
            found.ways[&(0, 2)][1..],
            found.ways[&(3, 2)][1..],
            "ways to one node are one"
        );
    }

    #[test]
    fn circles_are_drawn_back() {
        let found = layout(&graph(3, &[(0, 1), (1, 2), (2, 0)]));
        let layers: BTreeMap<usize, usize> = found
            .places
            .iter()
            .map(|(node, place)| (*node, place.0))
            .collect();
        assert_eq!(layers, BTreeMap::from([(0, 0), (1, 1), (2, 2)]));
        let back = &found.ways[&(2, 0)];
        assert!(back.first() > back.last(), "{back:?}");
        let itself = layout(&graph(2, &[(0, 1), (1, 0)]));
        assert_eq!(itself.sizes, [1, 1]);
    }

    #[test]
    fn each_place_is_taken_once() {
        let edges: Vec<(usize, usize)> = (0..40)
            .flat_map(|at| [(at, at / 2 + 40), (at, (at * 7) % 20 + 40), (at, 61)])
            .collect();
        let found = layout(&graph(62, &edges));
        let places: BTreeSet<&Place> = found.places.values().collect();
        assert_eq!(places.len(), found.places.len());
        assert_eq!(layout(&graph(62, &edges)), found, "always the same");
    }

    #[test]
    fn nothing_is_laid_out_too() {
        assert_eq!(layout(&graph(0, &[])), Layout::default());
    }
}
