//! Colours: only on a terminal, and never where they carry meaning alone.

use crate::settings::{Settings, Stream};

/// Whether a stream shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// It does.
    Colour,
    /// It does not.
    Plain,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The label of an error.
    Error,
    /// The label of a warning.
    Warning,
    /// The label of a hint.
    Hint,
    /// Something that went well.
    Good,
    /// What the eye should find first: a heading, a name.
    Strong,
    /// What is there for whoever wants to know.
    Faint,
}

impl Paint {
    pub(super) fn on(stream: Stream, settings: &Settings) -> Self {
        if stream == Stream::Terminal && !settings.no_color && !settings.ci {
            Self::Colour
        } else {
            Self::Plain
        }
    }

    /// Returns text in the colour of its role.
    pub(crate) fn text(self, role: Role, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\x1b[{}m{text}\x1b[0m", role.sequence()),
        }
    }
}

impl Role {
    fn sequence(self) -> &'static str {
        match self {
            Self::Error => "1;31",
            Self::Warning => "1;33",
            Self::Hint => "1;36",
            Self::Good => "32",
            Self::Strong => "1",
            Self::Faint => "2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_the_text_stays_the_same() {
        assert_eq!(Paint::Plain.text(Role::Error, "error:"), "error:");
        assert_eq!(Paint::Colour.text(Role::Strong, "x"), "\x1b[1mx\x1b[0m");
    }
}
