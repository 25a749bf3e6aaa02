//! What a longer operation is doing: a spinner on a terminal, one line per step in a log.

use std::io::Write;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Paint, Role};

/// What ends sooner is not worth a look: nothing flickers past.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// Whether lines may be drawn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Motion {
    /// On a terminal.
    Moving,
    /// In a log.
    Still,
}

/// A longer operation.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    begun: Once,
    paint: Paint,
}

impl Progress {
    pub(super) fn new(motion: Motion, paint: Paint) -> Self {
        let bar = (motion == Motion::Moving).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            bar.set_style(style("{spinner} {msg} {elapsed:.dim}"));
            bar
        });
        Self {
            bar,
            begun: Once::new(),
            paint,
        }
    }

    /// Shows what is going on at the moment; a log does not get it.
    pub(crate) fn activity(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
            self.begun.call_once(|| show_later(bar));
        }
    }

    /// Notes that a step is done; the line stays.
    pub(crate) fn done(&self, text: &str) {
        self.note(&self.paint.text(Role::Good, "✓"), text);
    }

    /// Notes that a step failed; the line stays.
    pub(crate) fn failed(&self, text: &str) {
        self.note(&self.paint.text(Role::Error, "✗"), text);
    }

    fn note(&self, sign: &str, text: &str) {
        let line = format!("{sign} {text}");
        match &self.bar {
            Some(bar) => bar.suspend(|| print(&line)),
            None => print(&line),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn show_later(bar: &ProgressBar) {
    let bar = bar.downgrade();
    thread::spawn(move || {
        thread::sleep(PATIENCE);
        if let Some(bar) = bar.upgrade().filter(|bar| !bar.is_finished()) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
    });
}

fn print(line: &str) {
    // Nothing can be done where standard error is gone.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the template must be valid")
        .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")
}
