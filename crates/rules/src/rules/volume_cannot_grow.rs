//! A volume that may grow is on a class that lets it.

use steading_model::application::DataMeaning;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A volume with `maxSize` is on a storage class that lets volumes grow.
    ///
    /// ## Why
    /// The declaration promises growth and the class refuses it. That shows when the disk is full and the application stands still.
    ///
    /// ## Example
    /// With `storage: { classes: { plain: { class: local-path } } }` in the estate:
    /// ```yaml
    /// storage: { mountPath: /data, size: 5Gi, maxSize: 50Gi } # found
    /// storage: { mountPath: /data, size: 50Gi }               # right
    /// ```
    "ST4023" "volume-cannot-grow" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let volumes = subject
        .application
        .components
        .iter()
        .flat_map(|component| component.volumes());
    volumes
        .filter_map(|(name, path, volume)| {
            let (size, most) = (volume.size?, volume.max_size?);
            let class = subject.estate.storage_class(volume.data.unwrap_or(DataMeaning::Plain))?;
            (most > size && class.grows != Some(true)).then(|| {
                let message = format!("volume `{name}` may grow to {most}, but its storage class `{}` does not let volumes grow", class.class);
                let finding = Finding::new(subject.span(&path.key("maxSize")), message);
                finding.help(format!("write `size: {most}`, or `grows: true` in the estate if the class can"))
            })
        })
        .collect()
}
