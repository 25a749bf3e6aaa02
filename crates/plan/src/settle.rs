//! What is done with releases that a run left behind: all of a group are finished, or all are put back.

use crate::release::{Part, Phase};

/// How a release of a group was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its record is not there: it was not written yet, or was dropped because nothing had been touched.
    Gone,
    /// It is there.
    There(Phase, Option<Part>),
}

/// What whoever found them wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// They are finished.
    Finish,
    /// They are put back.
    PutBack,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// All have ended.
    Nothing,
    /// What is open is finished.
    Finish,
    /// What is open is put back; records that touched nothing are dropped.
    PutBack,
}

/// Returns what is done with a group; one that is made alone is a group of one.
///
/// # Guarantees
/// - From the first that is complete on, nothing of the group is put back.
/// - From the first that is put back on, nothing of the group is finished.
pub fn settlement(group: &[Found], wish: Wish) -> Settlement {
    use Found::{Gone, There};
    use Phase::{Complete, Preparing, Reverted, Reverting, Running};
    let has = |phases: &[Phase]| {
        let is_one = |found: &Found| matches!(found, There(phase, _) if phases.contains(phase));
        group.iter().any(is_one)
    };
    if !has(&[Preparing, Running, Reverting]) {
        return Settlement::Nothing;
    }
    if has(&[Complete]) {
        return Settlement::Finish;
    }
    if group.contains(&Gone) || has(&[Preparing, Reverting, Reverted]) {
        return Settlement::PutBack;
    }
    match wish {
        Wish::Finish => Settlement::Finish,
        Wish::PutBack => Settlement::PutBack,
    }
}

#[cfg(test)]
mod tests {
    use super::Found::{Gone, There};
    use super::*;

    const WAITING: Found = There(Phase::Running, Some(Part::Waiting));
    const WORKING: Found = There(Phase::Running, Some(Part::Working));
    const DONE: Found = There(Phase::Running, Some(Part::Done));
    const ALONE: Found = There(Phase::Running, None);
    const PREPARING: Found = There(Phase::Preparing, None);
    const REVERTING: Found = There(Phase::Reverting, None);
    const REVERTED: Found = There(Phase::Reverted, None);
    const COMPLETE: Found = There(Phase::Complete, None);

    #[test]
    fn every_state_in_which_a_run_can_die_has_one_way_out() {
        use Settlement::{Finish, Nothing, PutBack};
        // What was found; what is done by who wants it finished, and by who wants it put back.
        let rows: [(&[Found], Settlement, Settlement); 16] = [
            (&[PREPARING], PutBack, PutBack),
            (&[ALONE], Finish, PutBack),
            (&[REVERTING], PutBack, PutBack),
            (&[COMPLETE], Nothing, Nothing),
            (&[REVERTED], Nothing, Nothing),
            (&[Gone], Nothing, Nothing),
            (&[WAITING, PREPARING, Gone], PutBack, PutBack),
            (&[WAITING, WAITING, WAITING], Finish, PutBack),
            (&[DONE, WORKING, WAITING], Finish, PutBack),
            (&[DONE, DONE, DONE], Finish, PutBack),
            (&[COMPLETE, DONE, DONE], Finish, Finish),
            (&[COMPLETE, COMPLETE, DONE], Finish, Finish),
            (&[DONE, REVERTING, WAITING], PutBack, PutBack),
            (&[REVERTED, REVERTING, WAITING], PutBack, PutBack),
            (&[REVERTED, REVERTED, Gone], Nothing, Nothing),
            (&[DONE, REVERTED, Gone], PutBack, PutBack),
        ];
        for (group, finishing, putting_back) in rows {
            assert_eq!(settlement(group, Wish::Finish), finishing, "{group:?}");
            assert_eq!(settlement(group, Wish::PutBack), putting_back, "{group:?}");
        }
    }
}
