//! Load, resolve, compile, check: the pure stages, wired together for the commands.

mod compiled;
mod loaded;
mod manifest;
mod policies;
mod selection;

pub(crate) use compiled::Compiled;
pub(crate) use loaded::Loaded;
pub(crate) use selection::Selection;
