//! Filling `${…}` into text, so that Kubernetes leaves the rest alone.
//!
//! Kubernetes expands `$(NAME)` in environment variables and turns `$$` into `$`. Text is literal, so every `$` that it would
//! take for its own is doubled; what pods only know at run time becomes a reference of that kind on purpose.

use std::collections::BTreeSet;

/// What a pod only knows at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PodFact {
    /// The fact's name, such as `pod.name`.
    pub(crate) name: &'static str,
    /// The field of the pod.
    pub(crate) field: &'static str,
    /// The variable that holds it where it is part of a longer text.
    pub(crate) variable: &'static str,
}

/// What stands in a key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SecretFact {
    /// The variable that holds it where it is part of a longer text.
    pub(crate) variable: String,
    /// The Secret.
    pub(crate) secret: String,
    /// The key in it.
    pub(crate) key: String,
}

/// What is known only where the container runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// By the pod.
    Pod(PodFact),
    /// By a Secret.
    Secret(SecretFact),
}

impl Reference {
    /// Returns the variable that holds it where it is part of a longer text.
    pub(crate) fn variable(&self) -> &str {
        match self {
            Self::Pod(fact) => fact.variable,
            Self::Secret(fact) => &fact.variable,
        }
    }
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// Known now.
    Text(String),
    /// Known by the pod.
    Pod(PodFact),
    /// Known by a Secret.
    Secret(SecretFact),
    /// Put together of several.
    Composed(Vec<Piece>),
}

/// Text after filling in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// The value of a variable, in Kubernetes' syntax, with what it refers to.
    Text(String, BTreeSet<Reference>),
    /// Nothing but one reference.
    Reference(Reference),
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// A `${` without its `}`.
    Open,
    /// A fact that nobody knows.
    Unknown(String),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it is.
    Text(String),
    /// Filled in by Kubernetes.
    Reference(Reference),
}

/// Fills in a text.
pub(crate) fn fill(text: &str, lookup: impl Fn(&str) -> Option<Fact>) -> Result<Filled, Problem> {
    let pieces = pieces(text, lookup)?;
    Ok(match pieces.as_slice() {
        [Piece::Reference(fact)] => Filled::Reference(fact.clone()),
        pieces => written(pieces),
    })
}

/// Fills in a text that becomes a fact itself.
pub(crate) fn composed(text: &str, lookup: impl Fn(&str) -> Option<Fact>) -> Result<Fact, Problem> {
    let mut pieces = pieces(text, lookup)?;
    Ok(match (pieces.pop(), pieces.is_empty()) {
        (None, _) => Fact::Text(String::new()),
        (Some(Piece::Text(text)), true) => Fact::Text(text),
        (Some(last), _) => {
            pieces.push(last);
            Fact::Composed(pieces)
        }
    })
}

/// Fills in a text that cannot hold what only a pod knows, without Kubernetes' syntax.
pub(crate) fn plain(text: &str, lookup: impl Fn(&str) -> Option<Fact>) -> Result<String, Problem> {
    let mut plain = String::new();
    for piece in pieces(text, lookup)? {
        match piece {
            Piece::Text(text) => plain.push_str(&text),
            Piece::Reference(fact) => return Err(Problem::Unknown(fact.variable().to_owned())),
        }
    }
    Ok(plain)
}

/// Returns literal text so that Kubernetes leaves it alone.
pub(crate) fn literal(text: &str) -> String {
    escaped(text, None)
}

fn pieces(text: &str, lookup: impl Fn(&str) -> Option<Fact>) -> Result<Vec<Piece>, Problem> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        if let Some(kept) = before.strip_suffix('$') {
            plain.push_str(kept);
            plain.push_str("${");
            rest = after;
            continue;
        }
        plain.push_str(before);
        let end = after.find('}').ok_or(Problem::Open)?;
        let fact = lookup(after[..end].trim());
        let fact = fact.ok_or_else(|| Problem::Unknown(after[..end].to_owned()))?;
        for piece in fact.into_pieces() {
            match piece {
                Piece::Text(text) => plain.push_str(&text),
                reference @ Piece::Reference(_) => {
                    let text = std::mem::take(&mut plain);
                    pieces.extend((!text.is_empty()).then_some(Piece::Text(text)));
                    pieces.push(reference);
                }
            }
        }
        rest = &after[end + 1..];
    }
    plain.push_str(rest);
    pieces.extend((!plain.is_empty()).then_some(Piece::Text(plain)));
    Ok(pieces)
}

fn written(pieces: &[Piece]) -> Filled {
    let mut facts = BTreeSet::new();
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Reference(fact) => {
                text.push_str("$(");
                text.push_str(fact.variable());
                text.push(')');
                facts.insert(fact.clone());
            }
            Piece::Text(plain) => {
                let next = pieces.get(at + 1).map(|_| '$');
                text.push_str(&escaped(plain, next));
            }
        }
    }
    Filled::Text(text, facts)
}

/// Doubles every `$` that stands before `$` or `(`; `next` is what follows the text.
fn escaped(text: &str, next: Option<char>) -> String {
    if !text.contains('$') {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len() + 2);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        escaped.push(character);
        let follows = characters.peek().copied().or(next);
        if character == '$' && matches!(follows, Some('$' | '(')) {
            escaped.push('$');
        }
    }
    escaped
}

impl Fact {
    fn into_pieces(self) -> Vec<Piece> {
        match self {
            Self::Text(text) => vec![Piece::Text(text)],
            Self::Pod(fact) => vec![Piece::Reference(Reference::Pod(fact))],
            Self::Secret(fact) => vec![Piece::Reference(Reference::Secret(fact))],
            Self::Composed(pieces) => pieces,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: PodFact = PodFact {
        name: "pod.name",
        field: "metadata.name",
        variable: "STEADING_POD_NAME",
    };

    fn filled(text: &str) -> Result<Filled, Problem> {
        fill(text, |name| match name {
            "a" => Some(Fact::Text("1".to_owned())),
            "pod.name" => Some(Fact::Pod(NAME)),
            _ => None,
        })
    }

    /// Expands as the kubelet does (`third_party/forked/golang/expansion`): `$$` is `$`, a variable that is known is filled in, and
    /// anything else stays as it is.
    fn expanded(text: &str, known: &[(&str, &str)]) -> String {
        let mut rest = text;
        let mut result = String::new();
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let reference = after
                .strip_prefix('(')
                .and_then(|name| name.split_once(')'));
            if let Some(after) = after.strip_prefix('$') {
                result.push('$');
                rest = after;
            } else if let Some((name, after)) = reference {
                let value = known.iter().find(|(known, _)| *known == name);
                result.push_str(
                    &value.map_or_else(|| format!("$({name})"), |(_, value)| (*value).to_owned()),
                );
                rest = after;
            } else {
                result.push('$');
                rest = after;
            }
        }
        result.push_str(rest);
        result
    }

    #[test]
    fn literal_text_survives_expansion() {
        for text in [
            "$",
            "$$",
            "$$$",
            "a$(b)",
            "$$(b)",
            "$HOME",
            "pa$$word$",
            "$(",
            "x$$$(y)z$$",
            "no",
        ] {
            assert_eq!(
                expanded(&literal(text), &[("b", "B"), ("y", "Y")]),
                text,
                "{text}"
            );
        }
    }

    #[test]
    fn facts_are_filled_in() {
        let text = |text: &str| Ok(Filled::Text(text.to_owned(), BTreeSet::new()));
        assert_eq!(filled("x${a}y"), text("x1y"));
        assert_eq!(filled("$${a}"), text("${a}"));
        assert_eq!(
            filled("${pod.name}"),
            Ok(Filled::Reference(Reference::Pod(NAME)))
        );
        let composed = Filled::Text(
            "$$$(STEADING_POD_NAME).x".to_owned(),
            BTreeSet::from([Reference::Pod(NAME)]),
        );
        assert_eq!(
            filled("$${pod.name}").unwrap(),
            text("${pod.name}").unwrap()
        );
        assert_eq!(
            filled("$ ${pod.name}").unwrap(),
            Filled::Text(
                "$ $(STEADING_POD_NAME)".to_owned(),
                BTreeSet::from([Reference::Pod(NAME)])
            )
        );
        assert_eq!(
            written(&[
                Piece::Text("$".to_owned()),
                Piece::Reference(Reference::Pod(NAME)),
                Piece::Text(".x".to_owned())
            ]),
            composed
        );
        assert_eq!(filled("${b}"), Err(Problem::Unknown("b".to_owned())));
        assert_eq!(filled("${a"), Err(Problem::Open));
    }

    #[test]
    fn secrets_are_filled_in_by_kubernetes_and_nothing_else_is() {
        let secret = |name: &str| {
            Fact::Secret(SecretFact {
                variable: format!("STEADING_DB_{}", name.to_uppercase()),
                secret: "shop-db-app".to_owned(),
                key: name.to_owned(),
            })
        };
        let lookup = |name: &str| match name {
            "user" | "password" => Some(secret(name)),
            "url" => composed("db://${user}:${password}@h/$(A)", |name| Some(secret(name))).ok(),
            _ => None,
        };
        let known = [
            ("STEADING_DB_USER", "shop"),
            ("STEADING_DB_PASSWORD", "s3$(A)$$ret"),
            ("A", "wrong"),
        ];
        for (text, expected) in [
            ("${password}!", "s3$(A)$$ret!"),
            ("$(A) $HOME ${user}", "$(A) $HOME shop"),
            ("$${user} ${user}", "${user} shop"),
            ("[${url}]", "[db://shop:s3$(A)$$ret@h/$(A)]"),
            ("$$${user}$", "$${user}$"),
        ] {
            let Ok(Filled::Text(value, _)) = fill(text, lookup) else {
                panic!("{text} is a text");
            };
            assert_eq!(expanded(&value, &known), expected, "{text}: {value}");
            assert!(!value.contains("s3"), "{value}");
        }
        let alone = fill("${password}", lookup);
        assert!(matches!(alone, Ok(Filled::Reference(Reference::Secret(_)))));
    }
}
