//! A graph as a picture that needs nothing else: no script, no font, no style from elsewhere.

use steading_model::graph::{Graph, Need, NodeKind};

use super::label;
use super::layout::{Layout, Place, layout};
use crate::show::push;

/// The space around everything.
const MARGIN: usize = 24;
/// The height of a box, and of a place for an edge that passes.
const HEIGHT: usize = 28;
/// The space between two boxes of a layer.
const GAP: usize = 12;
/// The space between two layers.
const BETWEEN: usize = 96;
/// The width of a character, more or less.
const CHARACTER: usize = 8;
/// The space beside the text in a box.
const PADDING: usize = 12;
/// The height of title and legend.
const HEAD: usize = 56;
/// How many boxes that stand alone fit into a row.
const ALONE: usize = 6;

const STYLE: &str = "\
  <style>
    svg { background: #ffffff; font: 13px system-ui, sans-serif; }
    text { fill: #1c2024; }
    .title { font-size: 16px; font-weight: 600; }
    .legend { font-size: 11px; fill: #60646c; }
    rect { stroke: #80838d; fill: #f9f9fb; }
    .application { fill: #e6f4fe; stroke: #0d74ce; }
    .entry { fill: #e6f6eb; stroke: #218358; }
    .outside { fill: #fff7ed; stroke: #99543a; stroke-dasharray: 4 3; }
    path { fill: none; stroke: #80838d; stroke-width: 1.3; }
    .reaches { stroke-dasharray: 4 3; }
    marker path { fill: #80838d; stroke: none; }
    g.edge:hover path { stroke: #e5484d; stroke-width: 2.5; }
    @media (prefers-color-scheme: dark) {
      svg { background: #111113; }
      text { fill: #edeef0; }
      .legend { fill: #b0b4ba; }
      .application { fill: #0d2847; }
      .entry { fill: #132d21; }
      .outside { fill: #331e0b; }
    }
  </style>
";

/// Returns the picture.
pub(super) fn text(graph: &Graph, estate: &str) -> String {
    let picture = Picture::new(graph);
    let (width, height) = picture.size();
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n"
    );
    let title = format!("What needs what in {estate}");
    push(&mut text, &format!("  <title>{}</title>", escaped(&title)));
    text.push_str(STYLE);
    text.push_str("  <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\"/></marker></defs>\n");
    push(
        &mut text,
        &format!(
            "  <text class=\"title\" x=\"{MARGIN}\" y=\"{MARGIN}\">{}</text>",
            escaped(&title)
        ),
    );
    push(
        &mut text,
        &format!(
            "  <text class=\"legend\" x=\"{MARGIN}\" y=\"{}\">an arrow leads to what is needed; dashed: reached only; blue: application; green: entry of the catalogue; orange: outside</text>",
            MARGIN + 18
        ),
    );
    picture.edges(&mut text);
    picture.boxes(&mut text);
    text.push_str("</svg>\n");
    text
}

struct Picture<'a> {
    graph: &'a Graph,
    layout: Layout,
    labels: Vec<String>,
    /// Where each layer begins, and how wide it is.
    columns: Vec<(usize, usize)>,
}

impl<'a> Picture<'a> {
    fn new(graph: &'a Graph) -> Self {
        let layout = layout(graph);
        let labels: Vec<String> = graph.nodes.iter().map(|node| label(graph, node)).collect();
        let mut columns = Vec::new();
        let mut left = MARGIN;
        for layer in 0..layout.sizes.len() {
            let here = layout.places.iter().filter(|(_, place)| place.0 == layer);
            let width = here.map(|(node, _)| width(&labels[*node])).max();
            let width = width.unwrap_or_default();
            columns.push((left, width));
            left += width + BETWEEN;
        }
        Self {
            graph,
            layout,
            labels,
            columns,
        }
    }

    /// The tallest layer gives the height; all others are centred.
    fn body(&self) -> usize {
        let tallest = self.layout.sizes.iter().max().copied().unwrap_or_default();
        tallest * (HEIGHT + GAP)
    }

    fn top(&self, (layer, at): Place) -> usize {
        let own = self.layout.sizes[layer] * (HEIGHT + GAP);
        HEAD + MARGIN + (self.body() - own) / 2 + at * (HEIGHT + GAP)
    }

    /// Returns the corner of a node's box; those that stand alone are in rows below everything.
    fn corner(&self, node: usize) -> (usize, usize) {
        if let Some(place) = self.layout.places.get(&node) {
            return (self.columns[place.0].0, self.top(*place));
        }
        let at = self.layout.alone.iter().position(|one| *one == node);
        let at = at.unwrap_or_default();
        let top = HEAD + MARGIN + self.body() + self.space();
        (
            MARGIN + at % ALONE * (self.widest_alone() + GAP),
            top + at / ALONE * (HEIGHT + GAP),
        )
    }

    /// The space above what stands alone.
    fn space(&self) -> usize {
        if self.layout.sizes.is_empty() {
            0
        } else {
            MARGIN
        }
    }

    fn widest_alone(&self) -> usize {
        let alone = self.layout.alone.iter();
        alone
            .map(|node| width(&self.labels[*node]))
            .max()
            .unwrap_or_default()
    }

    fn size(&self) -> (usize, usize) {
        let last = self.columns.last().map_or(0, |(left, width)| left + width);
        let in_row = self.layout.alone.len().min(ALONE);
        let alone = MARGIN + in_row * (self.widest_alone() + GAP);
        let rows = self.layout.alone.len().div_ceil(ALONE);
        let height = HEAD + MARGIN + self.body() + self.space() + rows * (HEIGHT + GAP);
        // The legend has to fit too.
        (last.max(alone).max(760) + MARGIN, height + MARGIN)
    }

    fn boxes(&self, text: &mut String) {
        for (at, node) in self.graph.nodes.iter().enumerate() {
            let (x, y) = self.corner(at);
            let class = super::word(node.kind);
            let round = if node.kind == NodeKind::Entry {
                HEIGHT / 2
            } else {
                4
            };
            let label = &self.labels[at];
            let (width, middle) = (width(label), y + HEIGHT / 2 + 5);
            push(
                text,
                &format!(
                    "  <rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"{round}\"/><text x=\"{}\" y=\"{middle}\" text-anchor=\"middle\">{}</text>",
                    x + width / 2,
                    escaped(label)
                ),
            );
        }
    }

    fn edges(&self, text: &mut String) {
        for ((from, to), why) in &self.graph.edges {
            let words: Vec<String> = why.iter().map(ToString::to_string).collect();
            let title = format!(
                "{} → {}: {}",
                self.labels[*from],
                self.labels[*to],
                words.join(", ")
            );
            let class = if why.iter().any(Need::is_ordered) {
                ""
            } else {
                " class=\"reaches\""
            };
            push(
                text,
                &format!(
                    "  <g class=\"edge\"><title>{}</title><path{class} d=\"{}\" marker-end=\"url(#arrow)\"/></g>",
                    escaped(&title),
                    self.way(*from, *to)
                ),
            );
        }
    }

    /// Returns the curve of an edge: out of the right of a box and into the left of the next; back the other way round.
    fn way(&self, from: usize, to: usize) -> String {
        let places = &self.layout.ways[&(from, to)];
        let forward = places.first() <= places.last();
        let boxed = |node: usize| {
            let (x, y) = self.corner(node);
            (x, width(&self.labels[node]), y + HEIGHT / 2)
        };
        let (start, end) = (boxed(from), boxed(to));
        let begin = if forward { start.0 + start.1 } else { start.0 };
        let finish = if forward { end.0 } else { end.0 + end.1 };
        let mut curve = format!("M{begin} {}", start.2);
        let mut last = (begin, start.2);
        let between = &places[1..places.len() - 1];
        for place in between {
            let (left, width) = self.columns[place.0];
            let y = self.top(*place) + HEIGHT / 2;
            let (enter, leave) = if forward {
                (left, left + width)
            } else {
                (left + width, left)
            };
            curve.push_str(&bend(last, (enter, y)));
            curve.extend([
                " L".to_owned(),
                leave.to_string(),
                " ".to_owned(),
                y.to_string(),
            ]);
            last = (leave, y);
        }
        curve.push_str(&bend(last, (finish, end.2)));
        curve
    }
}

fn bend(from: (usize, usize), to: (usize, usize)) -> String {
    let middle = usize::midpoint(from.0, to.0);
    format!(" C{middle} {} {middle} {} {} {}", from.1, to.1, to.0, to.1)
}

fn width(label: &str) -> usize {
    label.chars().count() * CHARACTER + 2 * PADDING
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
