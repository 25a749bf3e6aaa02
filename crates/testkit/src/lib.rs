//! What tests of the cluster stand on: one lab for all of them, estates to release, and faults between client and server.
//!
//! A development dependency only. Unlike the crates it serves it reads the environment (where the lab's programs are) and panics when
//! the ground does not hold.
//!
//! The types to know: [`lab`], [`Faults`], [`Proxy`], [`App`].

mod app;
mod faults;
mod ground;
mod observer;
mod proxy;

pub use app::App;
pub use faults::{Fault, Faults, Faulty, Seen};
pub use ground::{Ground, cluster, connected, lab, namespace, through};
pub use observer::{Notes, objects_of, release_of, remains};
pub use proxy::Proxy;
