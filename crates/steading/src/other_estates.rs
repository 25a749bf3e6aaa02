//! A cluster in which another estate lives, and this one does not: two are no mistake, but the wrong folder or the wrong cluster is.

use std::collections::BTreeSet;

use steading_cluster::{Cluster, RequestError, estates};
use steading_model::estate::Estate;
use steading_plan::Scope;

use crate::planning::Planned;
use crate::session::Session;

/// Says whose cluster it is, before the first release of an estate in it.
pub(crate) async fn tell(
    session: &Session,
    cluster: &Cluster,
    estate: &Estate,
    planned: &Planned<'_>,
) -> Result<(), RequestError> {
    let observed = &planned.observation.observed;
    let is_known = !observed.releases.is_empty() || !observed.unreadable.is_empty();
    if is_known || planned.options.scope != Scope::WholeCluster {
        return Ok(());
    }
    if let Some(text) = sentence(estate.name.as_str(), &estates(cluster).await?) {
        session.ui.say(&text);
    }
    Ok(())
}

fn sentence(own: &str, others: &BTreeSet<String>) -> Option<String> {
    let names: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    let (one, are) = match names.len() {
        0 => return None,
        1 => ("the estate", "it is"),
        _ => ("the estates", "they are"),
    };
    Some(format!(
        "this cluster has releases of {one} {}, and none of `{own}`: is it the right one? {are} not touched",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_named() {
        let others = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(sentence("farm", &others(&[])), None);
        assert_eq!(
            sentence("farm", &others(&["home"])).as_deref(),
            Some(
                "this cluster has releases of the estate `home`, and none of `farm`: is it the right one? it is not touched"
            )
        );
    }
}
