//! From parser events to a tree, without recursion.

use granit_parser::{Event, ScalarStyle, Span as Place, StructureStyle, Tag};

use super::anchors::{Anchors, Refused};
use super::codes::{
    ALIAS_BOMB, COMPLEX_KEY, RECURSIVE_ALIAS, TAG_MISMATCH, TOO_DEEP, UNKNOWN_ANCHOR, UNKNOWN_TAG,
};
use super::mapping::{OpenMapping, PendingKey};
use super::scalar::{Plain, classify};
use super::traps;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::node::{Node, Scalar, ScalarKind, Value};
use crate::source::{FileId, Span};

/// How many findings of one severity a file may have; a broken file should not fill the screen.
const MOST_FINDINGS: usize = 500;

/// Builds the documents of a file.
pub(super) struct Builder<'a> {
    file: FileId,
    text: &'a str,
    stack: Vec<Open>,
    anchors: Anchors,
    documents: Vec<Node>,
    findings: Findings,
}

/// A list or mapping that is not closed yet.
struct Open {
    start: u32,
    style: StructureStyle,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Mapping(OpenMapping),
}

#[derive(Default)]
struct Findings {
    report: Report,
    errors: usize,
    others: usize,
}

impl Findings {
    fn push(&mut self, finding: Diagnostic) {
        let count = if finding.severity == Severity::Error {
            &mut self.errors
        } else {
            &mut self.others
        };
        *count += 1;
        if *count <= MOST_FINDINGS {
            self.report.push(finding);
        }
    }
}

/// What a tag asks for.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Anything,
    Text,
    Null,
    Boolean,
    Integer,
    Float,
    List,
    Mapping,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        let (stack, documents) = (Vec::new(), Vec::new());
        Self {
            file,
            text,
            stack,
            anchors: Anchors::default(),
            documents,
            findings: Findings::default(),
        }
    }

    /// Takes the next event.
    pub(super) fn event(&mut self, event: Event<'_>, place: Place) {
        let span = self.span(place);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let wanted = self.wanted(tag.as_deref(), place, span);
                self.scalar(&text, style, anchor, wanted, span);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let wanted = self.wanted(tag.as_deref(), place, span);
                self.expect(wanted, Wanted::List, span);
                self.open(Content::List(Vec::new()), style, anchor, span);
            }
            Event::MappingStart(style, anchor, tag) => {
                let wanted = self.wanted(tag.as_deref(), place, span);
                self.expect(wanted, Wanted::Mapping, span);
                self.open(
                    Content::Mapping(OpenMapping::default()),
                    style,
                    anchor,
                    span,
                );
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.findings.push(
                    Diagnostic::error(
                        UNKNOWN_ANCHOR,
                        format!("no anchor `&{name}` before this alias"),
                    )
                    .at(span),
                );
                self.node(Node::new(Value::Null, span));
            }
            _ => {}
        }
    }

    /// Gives up the document that is being read.
    pub(super) fn abandon(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
        self.stack.clear();
    }

    /// Returns the documents and the findings.
    pub(super) fn finish(self) -> (Vec<Node>, Report) {
        (self.documents, self.findings.report)
    }

    fn span(&self, place: Place) -> Span {
        let range = place.byte_range().unwrap_or_default();
        let written = self.text.get(range.clone()).unwrap_or_default().trim_end();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(range.start),
            end: offset(range.start + written.len()),
        }
    }

    fn wanted(&mut self, tag: Option<&Tag>, place: Place, span: Span) -> Wanted {
        let Some(tag) = tag else {
            return Wanted::Anything;
        };
        let wanted = match tag.core_suffix() {
            Some("str") => Some(Wanted::Text),
            Some("null") => Some(Wanted::Null),
            Some("bool") => Some(Wanted::Boolean),
            Some("int") => Some(Wanted::Integer),
            Some("float") => Some(Wanted::Float),
            Some("seq") => Some(Wanted::List),
            Some("map") => Some(Wanted::Mapping),
            _ => None,
        };
        wanted.unwrap_or_else(|| {
            let at = place.tag_span().map_or(span, |tag| self.span(tag));
            let written = self.text.get(at.range()).unwrap_or("!").to_owned();
            self.findings.push(
                Diagnostic::error(UNKNOWN_TAG, format!("unknown tag `{written}`"))
                    .at(at)
                    .help("remove the tag; a template of another tool must be rendered first"),
            );
            Wanted::Anything
        })
    }

    fn expect(&mut self, wanted: Wanted, found: Wanted, span: Span) {
        if wanted != Wanted::Anything && wanted != found {
            self.findings
                .push(Diagnostic::error(TAG_MISMATCH, "the value does not fit its tag").at(span));
        }
    }

    fn open(&mut self, content: Content, style: StructureStyle, anchor: usize, span: Span) {
        self.stack.push(Open {
            start: span.start,
            style,
            anchor,
            content,
        });
    }

    fn close(&mut self, span: Span) {
        let Some(Open {
            start,
            style,
            anchor,
            content,
        }) = self.stack.pop()
        else {
            return;
        };
        let (value, last) = match content {
            Content::List(items) => {
                let last = items.iter().map(|item| item.span.end).max();
                (Value::List(items), last)
            }
            Content::Mapping(mapping) => {
                let last = mapping.end();
                (Value::Mapping(mapping.close()), last)
            }
        };
        let end = if style == StructureStyle::Flow {
            span.end
        } else {
            last.unwrap_or(start)
        };
        let node = Node::new(
            value,
            Span {
                file: self.file,
                start,
                end: end.max(start),
            },
        );
        self.define(anchor, &node);
        self.node(node);
    }

    fn define(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 && !self.anchors.define(anchor, node) {
            self.bomb(node.span);
        }
    }

    fn bomb(&mut self, span: Span) {
        self.findings.push(
            Diagnostic::error(ALIAS_BOMB, "the aliases of this file expand to too much").at(span),
        );
    }

    fn alias(&mut self, id: usize, span: Span) {
        match self.anchors.resolve(id, self.stack.len()) {
            Ok(node) => return self.aliased(node, span),
            Err(Refused::Budget) => self.bomb(span),
            Err(Refused::Depth) => self
                .findings
                .push(Diagnostic::error(TOO_DEEP, "the alias makes the nesting too deep").at(span)),
            Err(Refused::Recursive) => {
                self.findings.push(
                    Diagnostic::error(RECURSIVE_ALIAS, "the alias stands within its own anchor")
                        .at(span),
                );
            }
        }
        self.node(Node::new(Value::Null, span));
    }

    fn aliased(&mut self, node: Node, span: Span) {
        match (self.awaits_key(), &node.value) {
            (true, Value::Scalar(scalar)) => self.key(scalar.text.clone(), span),
            _ => self.node(node),
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Open {
                content: Content::Mapping(OpenMapping {
                    key: PendingKey::None,
                    ..
                }),
                ..
            })
        )
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        wanted: Wanted,
        span: Span,
    ) {
        let plain = style == ScalarStyle::Plain && wanted != Wanted::Text;
        if self.awaits_key() {
            return self.scalar_key(text, plain, anchor, span);
        }
        let value = if plain || !matches!(wanted, Wanted::Anything | Wanted::Text) {
            self.plain(text, wanted, span)
        } else {
            Value::Scalar(Scalar {
                text: text.to_owned(),
                kind: ScalarKind::Text,
            })
        };
        let node = Node::new(value, span);
        self.define(anchor, &node);
        self.node(node);
    }

    fn plain(&mut self, text: &str, wanted: Wanted, span: Span) -> Value {
        let (plain, trap) = classify(text);
        if let Some(trap) = trap {
            self.findings.push(traps::value(text, trap, span));
        }
        let fits = match plain {
            Plain::Null => wanted == Wanted::Null,
            Plain::Scalar(ScalarKind::Boolean(_)) => wanted == Wanted::Boolean,
            Plain::Scalar(ScalarKind::Integer(_)) => {
                matches!(wanted, Wanted::Integer | Wanted::Float)
            }
            Plain::Scalar(ScalarKind::Float) => wanted == Wanted::Float,
            Plain::Scalar(ScalarKind::Text) => false,
        };
        if wanted != Wanted::Anything && !fits {
            self.findings.push(
                Diagnostic::error(TAG_MISMATCH, format!("`{text}` does not fit its tag")).at(span),
            );
        }
        match plain {
            Plain::Null => Value::Null,
            Plain::Scalar(kind) => Value::Scalar(Scalar {
                text: text.to_owned(),
                kind,
            }),
        }
    }

    fn scalar_key(&mut self, text: &str, plain: bool, anchor: usize, span: Span) {
        if plain && text == "<<" {
            return self.set_key(PendingKey::Merge(span));
        }
        if plain {
            let (kind, trap) = classify(text);
            self.findings.report_key(traps::key(text, kind, trap, span));
        }
        self.define(anchor, &Node::text(text, span));
        self.key(text.to_owned(), span);
    }

    fn key(&mut self, text: String, span: Span) {
        self.set_key(PendingKey::Text(text, span));
    }

    fn set_key(&mut self, key: PendingKey) {
        if let Some(Open {
            content: Content::Mapping(mapping),
            ..
        }) = self.stack.last_mut()
        {
            mapping.key = key;
        }
    }

    /// Puts a finished node where it belongs.
    fn node(&mut self, node: Node) {
        let findings = &mut self.findings;
        let mut report = |finding| findings.push(finding);
        match self.stack.last_mut().map(|open| &mut open.content) {
            None if node.is_null() => {}
            None => self.documents.push(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Mapping(mapping)) => match std::mem::take(&mut mapping.key) {
                PendingKey::None => {
                    mapping.key = PendingKey::Refused;
                    report(
                        Diagnostic::error(COMPLEX_KEY, "a key must be text")
                            .at(node.span)
                            .help("put a template such as `{{ name }}` in quotes"),
                    );
                }
                PendingKey::Text(key, key_span) => {
                    mapping.insert(key, key_span, at_key_if_empty(node, key_span), &mut report);
                }
                PendingKey::Merge(key_span) => mapping.merge(key_span, node, &mut report),
                PendingKey::Refused => {}
            },
        }
    }
}

impl Findings {
    fn report_key(&mut self, finding: Option<Diagnostic>) {
        if let Some(finding) = finding {
            self.push(finding);
        }
    }
}

/// A value that was not written has the place of its key.
fn at_key_if_empty(node: Node, key_span: Span) -> Node {
    if node.is_null() && node.span.start == node.span.end {
        Node::new(node.value, key_span)
    } else {
        node
    }
}
