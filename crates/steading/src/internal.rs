//! What a bug in this program looks like: one short message that asks for a report, and exit code 70.

use std::io::Write;
use std::panic::PanicHookInfo;

use crate::settings::Settings;

/// Replaces the standard panic message, unless `RUST_BACKTRACE` asks for it.
pub(crate) fn install(settings: &Settings) {
    if settings.backtrace {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        // Nothing can be done where standard error is gone as well.
        drop(
            std::io::stderr()
                .lock()
                .write_all(message(panic).as_bytes()),
        );
    }));
}

fn message(panic: &PanicHookInfo<'_>) -> String {
    let what = panic.payload_as_str().unwrap_or("unknown cause");
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!(
        "error: internal error: {what}\n  at {place}, steading {version}\n\n\
         hint: this is a bug in steading: report it with the command and the lines above; \
         `RUST_BACKTRACE=1` shows more\n",
        version = env!("CARGO_PKG_VERSION"),
    )
}
