//! Taking over objects that others made: by hand, with `kubectl`, Helm or Terraform.
//!
//! A takeover changes who owns fields, and nothing that runs: the fields that the former managers set become ours with the values that
//! they have, our labels come, and what the former managers left for themselves goes. It is a release like any other, whose desired
//! objects are what is there; the release after it shows what the declaration changes.
//!
//! ```text
//! Desired, Observed ─ trials ─(dry runs, by the cluster crate)─ takeover → Takeover ─ release → ReleasePlan, executed as others are
//!                                                                             └─ afterwards → Observed: what to plan the next one from
//! ```
//!
//! Whoever does not apply server-side owns the defaults of the server too: it books all that is there after a write; and whoever
//! applies an empty map owns the map, which the server has filled since. Were they taken, the next release would give them up, one line
//! and perhaps a restart for each. So each field that the declaration does not have is
//! tried: what comes back by itself when it is left out was a default, and nobody's from then on.

mod afterwards;
mod origin;
mod owner;
mod stranger;
mod survey;
mod taken;
mod taking;

pub use afterwards::afterwards;
pub use origin::Origin;
pub use owner::Owner;
pub use survey::{Candidate, Takeover, Trial, Verdict, Wish, takeover, trials};
pub use taken::Taken;
pub use taking::{Taking, touched};
