//! The macros that define what can be written.

/// Defines a struct that is read from a mapping with known keys.
///
/// ```ignore
/// record! {
///     /// What users read about it.
///     pub struct Health {
///         /// What users read about the field.
///         "timeoutSeconds" timeout_seconds: Option<u32>,
///     }
/// }
/// ```
/// `Option`, `Vec` and `BTreeMap` fields may be left out; any other must be there, unless its [`Read::absent`](crate::read::Read::absent) says otherwise.
/// `read_fields` reads the fields without looking for unknown keys, so that two records can share one mapping.
#[macro_export]
macro_rules! record {
    (
        $(#[doc = $docs:expr])*
        pub struct $name:ident {
            $( $(#[doc = $field_docs:expr])* $key:literal $field:ident : $type:ty ),* $(,)?
        }
    ) => {
        $(#[doc = $docs])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[doc = $field_docs])* pub $field: $type, )*
        }

        impl $name {
            /// The keys that can be written.
            pub const KEYS: &'static [&'static str] = &[$($key),*];

            /// Reads the fields, leaving unknown keys to the caller.
            pub fn read_fields(node: &$crate::Node, reader: &mut $crate::read::Reader<'_>) -> Option<Self> {
                let Some(mapping) = node.as_mapping() else {
                    reader.wrong_type(node, "a mapping");
                    return None;
                };
                let _ = mapping;
                $( let $field = reader.field::<$type>(node, mapping, $key); )*
                Some(Self { $($field: $field?,)* })
            }

            /// Returns what it looks like from outside.
            pub fn record_shape() -> $crate::shape::RecordShape {
                $crate::shape::RecordShape {
                    name: stringify!($name),
                    docs: concat!($($docs, "\n",)* ""),
                    fields: vec![$( $crate::shape::FieldShape {
                        key: $key,
                        docs: concat!($($field_docs, "\n",)* ""),
                        presence: if <$type as $crate::read::Read>::absent().is_some() {
                            $crate::shape::Presence::Optional
                        } else {
                            $crate::shape::Presence::Required
                        },
                        shape: <$type as $crate::read::Read>::shape(),
                        accepts: |node, reader| <$type as $crate::read::Read>::read(node, reader).is_some(),
                    }, )*],
                }
            }
        }

        impl $crate::read::Read for $name {
            fn read(node: &$crate::Node, reader: &mut $crate::read::Reader<'_>) -> Option<Self> {
                if let Some(mapping) = node.as_mapping() {
                    reader.unknown_keys(mapping, Self::KEYS);
                }
                Self::read_fields(node, reader)
            }

            fn shape() -> $crate::shape::Shape {
                $crate::shape::Shape::Record($crate::shape::RecordRef {
                    name: stringify!($name),
                    shape: Self::record_shape,
                })
            }
        }
    };
}

/// Defines an enum of words.
///
/// ```ignore
/// choice! {
///     /// What users read about it.
///     pub enum Visibility {
///         /// Reachable from the private ranges only.
///         Private = "private",
///     }
/// }
/// ```
#[macro_export]
macro_rules! choice {
    (
        $(#[doc = $docs:expr])*
        pub enum $name:ident {
            $( $(#[doc = $variant_docs:expr])* $variant:ident = $word:literal ),* $(,)?
        }
    ) => {
        $(#[doc = $docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[doc = $variant_docs])* $variant, )*
        }

        impl $name {
            /// The words with their documentation.
            pub const WORDS: &'static [(&'static str, &'static str)] =
                &[$(($word, concat!($($variant_docs, "\n",)* ""))),*];

            /// Returns the word as written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Returns the value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::read::Read for $name {
            fn read(node: &$crate::Node, reader: &mut $crate::read::Reader<'_>) -> Option<Self> {
                let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
                let Some(text) = node.as_text() else {
                    reader.wrong_type(node, &format!("one of {}", words.join(", ")));
                    return None;
                };
                let found = Self::from_word(text);
                if found.is_none() {
                    reader.unknown_word(node, text, &words);
                }
                found
            }

            fn shape() -> $crate::shape::Shape {
                $crate::shape::Shape::Choice(Self::WORDS)
            }
        }
    };
}

/// Defines an identifier: a newtype over text with a private field and one parser.
///
/// ```ignore
/// text! {
///     /// What users read about it.
///     pub struct AppName("application name", about = "lower-case letters, digits and `-`", example = "linkwarden") = parse_app_name;
/// }
/// ```
/// The parser is `fn(&str) -> Result<String, String>`: it returns the normalised text, or the problem as a phrase that follows
/// the field's path: "must start with `/`".
#[macro_export]
macro_rules! text {
    (
        $(#[doc = $docs:expr])*
        pub struct $name:ident($format:literal, about = $about:literal, example = $example:literal) = $parse:path;
    ) => {
        $(#[doc = $docs])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads it from text; the error is a phrase that follows the field's name.
            pub fn parse(text: &str) -> Result<Self, String> {
                $parse(text).map(Self)
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl $crate::read::Read for $name {
            fn read(node: &$crate::Node, reader: &mut $crate::read::Reader<'_>) -> Option<Self> {
                reader.text(node, Self::parse)
            }

            fn shape() -> $crate::shape::Shape {
                $crate::shape::Shape::Text { format: $format, about: $about, example: $example }
            }
        }

        impl $crate::read::Key for $name {
            fn parse_key(text: &str) -> Result<Self, String> {
                Self::parse(text)
            }

            fn key_shape() -> $crate::shape::Shape {
                <Self as $crate::read::Read>::shape()
            }
        }
    };
}
