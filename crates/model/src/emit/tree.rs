//! What the writer needs to know of a value.

use std::borrow::Cow;

/// A value that can be written.
pub(super) trait Tree: Sized {
    /// Returns what it is.
    fn view(&self) -> View<'_, Self>;
}

/// What a value is.
pub(super) enum View<'a, T> {
    /// Written as it is: null, numbers, booleans.
    Plain(Cow<'a, str>),
    /// Text, quoted where needed.
    Text(&'a str),
    /// A list.
    List(&'a [T]),
    /// A mapping in the order of writing.
    Mapping(Vec<(&'a str, &'a T)>),
}
