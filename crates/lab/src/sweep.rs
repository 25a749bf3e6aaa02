//! Looks over all labs: removes those whose owner is gone, and tells which ports are spoken for.

use std::collections::BTreeSet;

use crate::directory::Directory;
use crate::down::{Logs, tear_down};
use crate::lab::Lab;
use crate::name::LabName;
use crate::process::owner_is_alive;
use crate::record::Record;
use crate::settings::Settings;
use crate::up::lock_path;

/// Removes temporary labs whose owner was killed so that it could not end them; returns their names.
///
/// Their watchdog does the same within a moment; this is for the case that it was killed too.
pub fn sweep(settings: &Settings) -> Vec<LabName> {
    let mut swept = Vec::new();
    for name in Lab::list(settings) {
        let directory = Directory::of(&settings.labs, &name);
        let orphaned = match Record::load(&directory) {
            Ok(Some(record)) => !owner_is_alive(record.owner),
            _ => false,
        };
        if orphaned && tear_down(&directory, Logs::Remove).is_ok() {
            drop(std::fs::remove_file(lock_path(settings, &name)));
            swept.push(name);
        }
    }
    swept
}

/// Returns the ports of all labs.
pub(crate) fn recorded_ports(settings: &Settings) -> BTreeSet<u16> {
    let records = Lab::list(settings).into_iter().filter_map(|name| {
        let directory = Directory::of(&settings.labs, &name);
        Record::load(&directory).ok().flatten()
    });
    records.flat_map(|record| record.ports.all()).collect()
}
