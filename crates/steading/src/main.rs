//! The `steading` program: one file per command, settings, output; the only place that wires the parts together.
//!
//! ```text
//! environment ─Settings→ ┐
//! arguments ──Arguments→ ┴─ Session ─→ command::run ─→ Outcome | CommandError ─→ exit code
//! ```
//!
//! - [`settings`] reads the environment once; nothing else does.
//! - [`ui`] owns both output streams: data goes to standard output, everything else to standard error.
//! - [`diagnostics`] prints findings; [`error`] is everything that stops a command.
//! - [`estate`] finds the estate and reads its files; [`pipeline`] loads, resolves, compiles and checks them.

mod args;
mod command;
mod diagnostics;
mod error;
mod estate;
mod internal;
mod keep;
mod names;
mod new_file;
mod other_estates;
mod output;
mod pipeline;
mod planning;
mod preparing;
mod reference;
mod releasing;
mod runtime;
mod session;
mod settings;
mod show;
mod subject;
mod target;
mod turns;
mod ui;
mod wanted;

use std::num::NonZero;
use std::process::ExitCode;
use std::thread::available_parallelism;

use rayon::ThreadPoolBuilder;

use session::Session;
use settings::Settings;
use ui::Ui;

fn main() -> ExitCode {
    let settings = Settings::from_environment();
    internal::install(&settings);
    ExitCode::from(internal::caught(|| run(settings)))
}

/// Lets this thread compute with the others instead of waiting for them: each thread keeps memory of its own.
fn use_all_cores() {
    let cores = available_parallelism().map_or(1, NonZero::get);
    // Where there is one core, there is a second thread nevertheless: this one may wait for a cluster.
    let pool = ThreadPoolBuilder::new().num_threads(cores.max(2));
    drop(pool.use_current_thread().build_global());
}

fn run(settings: Settings) -> u8 {
    let ui = Ui::new(&settings);
    let arguments = match args::parse(std::env::args_os(), &ui) {
        Ok(arguments) => arguments,
        Err(error) => return args::report(&error),
    };
    use_all_cores();
    let (session, command) = Session::new(settings, ui, arguments);
    let result = command::run(command, &session);
    let flushed = session.ui.finish();
    match result.and_then(|outcome| flushed.map(|()| outcome)) {
        _ if session.ui.reader_has_left() => 0,
        Ok(outcome) => outcome.code(),
        Err(error) => {
            session.ui.error(&error);
            error.code()
        }
    }
}
