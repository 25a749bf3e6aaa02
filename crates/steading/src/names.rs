//! Names on the command line that the estate does not know: what there is instead, the nearest first.

use steading_model::read::nearest;

use crate::error::CommandError;

/// Names that are listed at most.
const LISTED: usize = 12;

/// Says that there is no such thing, and which there are.
pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> CommandError {
    let error = CommandError::usage(format!("there is no {what} `{name}`"));
    with_known(error, name, known)
}

/// Adds to an error about a name which names there are.
pub(crate) fn with_known(error: CommandError, name: &str, known: &[&str]) -> CommandError {
    match nearest(name, known) {
        Some(near) => error.hint(format!("did you mean `{near}`? {}", there_is(known))),
        None => error.hint(there_is(known)),
    }
}

fn there_is(known: &[&str]) -> String {
    let listed: Vec<String> = known
        .iter()
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    match known {
        [] => "there is none at all".to_owned(),
        [one] => format!("there is only `{one}`"),
        many if many.len() > LISTED => {
            format!("there are {}: {}, …", many.len(), listed.join(", "))
        }
        _ => format!("there are {}", listed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_comes_first_and_the_list_is_short() {
        let error = unknown("application", "shpo", &["mail", "shop"]);
        assert_eq!(error.messages(), ["there is no application `shpo`"]);
        assert_eq!(
            error.hints(),
            ["did you mean `shop`? there are `mail`, `shop`"]
        );
        let many: Vec<String> = (0..30).map(|number| format!("app-{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let error = unknown("application", "zzzzzz", &many);
        assert!(
            error.hints()[0].starts_with("there are 30: `app-0`, "),
            "{:?}",
            error.hints()
        );
    }
}
