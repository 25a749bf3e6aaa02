//! Nobody is woken up for strangers.

use steading_model::FieldPath;
use steading_model::estate::{ChainLink, Estate};

use crate::rule::{Check, Finding, rule};

rule! {
    /// Pods wake up only for requests that have passed the login.
    ///
    /// ## Why
    /// A scanner asks every public host several times an hour. If its first request starts pods, nothing ever sleeps, and whoever wants to
    /// can start everything at once. The allow-list is always before it; the login is where the chain says.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   chain: [allow-list, wake-up, authentication] # found
    ///   chain: [allow-list, authentication, wake-up] # right
    /// ```
    "ST4121" "wake-up-before-login" Warning => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
    let ingress = &estate.fields.ingress;
    let place = |wanted| ingress.chain.iter().position(|link| *link == wanted);
    let (Some(wake_up), Some(login)) = (place(ChainLink::WakeUp), place(ChainLink::Authentication))
    else {
        return Vec::new();
    };
    if login < wake_up || ingress.wake_up.is_none() {
        return Vec::new();
    }
    let path = FieldPath::default().key("spec").key("ingress").key("chain");
    let message = "`wake-up` comes before `authentication`: strangers wake pods up";
    let finding = Finding::new(estate.tree.span_at(&path.index(wake_up)), message);
    vec![finding.help("put `wake-up` behind `authentication`")]
}
