//! What a bug in this program looks like: one short message that asks for a report, and exit code 70.

use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

use crate::error::Kind;
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

/// Returns the exit code of the program, or that of a bug in it.
pub(crate) fn caught(program: impl FnOnce() -> u8) -> u8 {
    catch_unwind(AssertUnwindSafe(program)).unwrap_or(Kind::Internal.code())
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

#[cfg(test)]
mod tests {
    use super::caught;

    #[test]
    fn a_bug_ends_with_exit_code_70() {
        assert_eq!(caught(|| 2), 2);
        assert_eq!(caught(|| panic!("a bug")), 70);
    }
}
