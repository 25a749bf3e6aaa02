//! The guarantees of releasing, against a real API server.

mod ground;
mod release;
