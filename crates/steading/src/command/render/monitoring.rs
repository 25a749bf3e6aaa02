//! `steading render --monitoring`: what a Prometheus without operator reads.

use std::fs;
use std::path::Path;

use steading_compile::{MonitoringFiles, monitoring_files};
use steading_model::Desired;

use crate::diagnostics;
use crate::error::{CommandError, WhileDoing};
use crate::pipeline::Loaded;
use crate::session::Session;

/// The folder of the rule files, below the one that is named.
const RULES: &str = "rules";
/// What to scrape.
const SCRAPE: &str = "scrape.yaml";
/// The modules of the prober.
const PROBER: &str = "prober.yaml";

/// Writes the files for applications that are compiled.
pub(super) fn write(
    session: &Session,
    loaded: &Loaded,
    environment: &str,
    desired: &[Desired],
    folder: &Path,
) -> Result<(), CommandError> {
    let Some(estate) = loaded.estate() else {
        return Ok(());
    };
    let applications = loaded.compile(&[environment]).applications;
    let MonitoringFiles {
        rules,
        scrape,
        prober,
    } = monitoring_files(estate, &applications, desired);
    let root = session.settings.directory.join(folder);
    fs::create_dir_all(root.join(RULES))
        .while_doing(|| format!("cannot make the folder `{}`", folder.display()))?;
    let count = rules.len();
    let mut files: Vec<(String, String)> = rules
        .into_iter()
        .map(|(name, text)| (format!("{RULES}/{name}"), text))
        .collect();
    files.push((SCRAPE.to_owned(), scrape));
    files.extend(prober.map(|text| (PROBER.to_owned(), text)));
    for (name, text) in &files {
        fs::write(root.join(name), text)
            .while_doing(|| format!("cannot write `{}`", folder.join(name).display()))?;
    }
    let rules = diagnostics::count(count, "rule file");
    let more: Vec<String> = files[count..]
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    session.ui.say(&format!(
        "wrote {rules}, {} to `{}`",
        more.join(" and "),
        folder.display()
    ));
    Ok(())
}
