//! The guarantees of releasing, against a real API server.

mod ground;
mod guarantee_1;
mod guarantee_2;
mod guarantee_3;
mod guarantee_4;
mod guarantee_5;
mod guarantee_6;
mod guarantee_7;
mod refusals;
mod release;
mod rights;
mod server_faults;
