//! The program on a real API server, as its users run it: one lab for all of these tests, an environment for each.

mod adopt;
mod choice;
mod cookbook;
mod copy;
mod deploy;
mod drift;
mod faults;
mod gateway;
mod golden;
mod ground;
mod instances;
mod interruption;
mod lent;
mod obstacles;
mod operators;
mod owners;
mod people;
mod place;
mod policies;
mod prune;
mod release;
mod run;
mod secrets;
mod trouble;
mod uses;
mod workloads;
