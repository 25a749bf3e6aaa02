//! Both output streams: data on standard output, everything else on standard error.
//!
//! Text means the same without colour. A reader of standard output that leaves early (`| head`) is no error: the write
//! fails, the command ends, and [`Ui::reader_has_left`] turns that into success.

mod ask;
mod data;
mod paint;
mod progress;
mod table;

use std::io::{Stderr, Write, stderr};

use crate::error::CommandError;
use crate::settings::{Settings, Stream};

pub(crate) use data::Data;
pub(crate) use paint::{Paint, Role};
pub(crate) use progress::Progress;
pub(crate) use table::Table;

/// How the program speaks.
pub(crate) struct Ui {
    out: data::Stdout,
    err: Stderr,
    out_paint: Paint,
    err_paint: Paint,
    motion: progress::Motion,
    width: usize,
}

impl Ui {
    /// Makes it from what the environment says.
    pub(crate) fn new(settings: &Settings) -> Self {
        let still = settings.ci || settings.stderr == Stream::Other;
        Self {
            out: data::Stdout::default(),
            err: stderr(),
            out_paint: Paint::on(settings.stdout, settings),
            err_paint: Paint::on(settings.stderr, settings),
            motion: if still {
                progress::Motion::Still
            } else {
                progress::Motion::Moving
            },
            width: settings.width,
        }
    }

    /// Returns standard output, buffered; the lock is held until it is dropped.
    pub(crate) fn data(&self) -> Data<'_> {
        self.out.lock()
    }

    /// Writes what is still buffered.
    pub(crate) fn finish(&self) -> Result<(), CommandError> {
        self.out.lock().flush().map_err(CommandError::from)
    }

    /// Says whether the reader of standard output has left.
    pub(crate) fn reader_has_left(&self) -> bool {
        self.out.reader_has_left()
    }

    /// Returns the colours of standard output.
    pub(crate) fn paint(&self) -> Paint {
        self.out_paint
    }

    /// Returns the colours of standard error.
    pub(crate) fn side_paint(&self) -> Paint {
        self.err_paint
    }

    /// Returns the width of lines.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Says something beside the data, on standard error.
    pub(crate) fn say(&self, text: &str) {
        // Nothing can be done where standard error is gone.
        drop(writeln!(self.err.lock(), "{text}"));
    }

    /// Says what to do.
    pub(crate) fn hint(&self, text: &str) {
        let label = self.err_paint.text(Role::Hint, "hint:");
        self.say(&format!("{label} {text}"));
    }

    /// Begins to show what a longer operation is doing.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.motion, self.err_paint)
    }

    /// Prints an error: the message, its causes by number, a blank line, and what to do.
    pub(crate) fn error(&self, error: &CommandError) {
        let messages = error.messages();
        let (message, causes) = messages
            .split_first()
            .expect("an error must have a message");
        let label = self.err_paint.text(Role::Error, "error:");
        self.say(&format!("{label} {message}"));
        for (index, cause) in causes.iter().enumerate() {
            self.say(&format!("  {}: {cause}", index + 1));
        }
        if !error.hints().is_empty() {
            self.say("");
        }
        for hint in error.hints() {
            self.hint(&hint);
        }
    }
}
