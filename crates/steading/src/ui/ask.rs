//! Questions to whoever sits at the terminal.

use std::io::{BufRead, Write};

use super::{Role, Ui};
use crate::error::{CommandError, WhileDoing};

impl Ui {
    /// Asks a question on standard error and returns the answer; nothing typed is the default. Asks again until `accept` has no problem
    /// with the answer, which is a phrase such as "must be lower case".
    pub(crate) fn ask<T>(
        &self,
        question: &str,
        default: &str,
        accept: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CommandError> {
        loop {
            let answer = self.answer(question, default)?;
            match accept(&answer) {
                Ok(value) => return Ok(value),
                Err(problem) => self.say(&format!(
                    "  {} {problem}",
                    self.side_paint().text(Role::Error, "it")
                )),
            }
        }
    }

    fn answer(&self, question: &str, default: &str) -> Result<String, CommandError> {
        let question = self.side_paint().text(Role::Strong, question);
        let shown = if default.is_empty() { "none" } else { default };
        let mut err = std::io::stderr().lock();
        write!(err, "{question} [{shown}] ")
            .and_then(|()| err.flush())
            .while_doing(|| "cannot ask".to_owned())?;
        let mut line = String::new();
        let read = std::io::stdin()
            .lock()
            .read_line(&mut line)
            .while_doing(|| "cannot read the answer".to_owned())?;
        if read == 0 {
            return Err(
                CommandError::failure("the answers ended").hint("`--yes` takes the defaults")
            );
        }
        let answer = line.trim();
        Ok(if answer.is_empty() {
            default.to_owned()
        } else {
            answer.to_owned()
        })
    }
}
