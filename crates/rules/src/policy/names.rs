//! Finds names that no expression can use, without evaluating anything: a rule that matches nothing today is wrong all the same.

use kube_cel::cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr};
use steading_model::Code;
use steading_model::read::nearest;

use super::call::Functions;
use super::codes::{BAD_EXPRESSION, NOT_ALIKE, UNKNOWN_NAME};
use super::evaluate::{Evaluation, VARIABLES};
use super::functions::{self, FUNCTIONS, Form, NAMESPACES, NOT_ALIKE as INSTEAD};

/// Something that is wrong with a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// The name that it is about, and whether that follows a dot.
    pub(super) name: (String, bool),
}

/// What an expression can name.
pub(super) struct Known<'k> {
    /// What is given.
    pub(super) given: &'k [&'static str],
    /// The variables of the rule that come before.
    pub(super) variables: Vec<&'k str>,
}

/// Returns what is wrong with the names of an expression.
pub(super) fn problems(expression: &IdedExpr, known: &Known<'_>) -> Vec<Problem> {
    let mut walk = Walk {
        known,
        functions: Functions::new(),
        bound: Vec::new(),
        found: Vec::new(),
    };
    walk.visit(expression);
    walk.found.dedup();
    walk.found
}

struct Walk<'k> {
    known: &'k Known<'k>,
    functions: Functions,
    /// The names that loops bind here.
    bound: Vec<String>,
    found: Vec<Problem>,
}

impl Walk<'_> {
    fn visit(&mut self, expression: &IdedExpr) {
        match &expression.expr {
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(name) if name == VARIABLES => self.variable(&select.field),
                _ => self.visit(&select.operand),
            },
            Expr::Call(call) => self.call(expression, call),
            Expr::Comprehension(comprehension) => {
                self.visit(&comprehension.iter_range);
                self.binding(&comprehension.iter_var);
                let before = self.bound.len();
                self.bound.push(comprehension.iter_var.clone());
                self.bound.push(comprehension.accu_var.clone());
                for part in [
                    &comprehension.accu_init,
                    &comprehension.loop_cond,
                    &comprehension.loop_step,
                    &comprehension.result,
                ] {
                    self.visit(part);
                }
                self.bound.truncate(before);
            }
            Expr::List(list) => list.elements.iter().for_each(|item| self.visit(item)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.visit(&entry.key);
                        self.visit(&entry.value);
                    }
                }
            }
            Expr::Struct(made) => {
                let message = format!("there is no type `{}`", made.type_name);
                self.say(UNKNOWN_NAME, message, None, (&made.type_name, false));
            }
            Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn name(&mut self, name: &str) {
        if name == VARIABLES {
            let message = format!("`{VARIABLES}` is used without the name of one");
            let help = format!("write `{VARIABLES}.NAME`");
            return self.say(UNKNOWN_NAME, message, Some(help), (name, false));
        }
        if self.bound.iter().any(|bound| bound == name) || self.known.given.contains(&name) {
            return;
        }
        let message = format!("there is no variable `{name}`");
        if let Some((_, instead)) = INSTEAD.iter().find(|(unlike, _)| *unlike == name) {
            let message = format!("`{name}` is not known to rules");
            return self.say(
                NOT_ALIKE,
                message,
                Some((*instead).to_owned()),
                (name, false),
            );
        }
        let help = if self.known.variables.contains(&name) {
            format!("write `{VARIABLES}.{name}`")
        } else if let "oldObject" | "request" | "params" | "namespaceObject" = name {
            "a rule sees what is declared; what a request brings along is known to the cluster only"
                .to_owned()
        } else {
            let bound = self.bound.iter().map(String::as_str);
            let all: Vec<&str> = self
                .known
                .given
                .iter()
                .copied()
                .chain(bound.filter(|bound| !bound.starts_with('@')))
                .collect();
            match nearest(name, &all) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", all.join(", ")),
            }
        };
        self.say(UNKNOWN_NAME, message, Some(help), (name, false));
    }

    fn variable(&mut self, name: &str) {
        if self.known.variables.contains(&name) {
            return;
        }
        let help = match nearest(name, &self.known.variables) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a variable must be declared before it is used".to_owned(),
        };
        let message = format!("there is no variable `{name}` before this expression");
        self.say(UNKNOWN_NAME, message, Some(help), (name, true));
    }

    fn binding(&mut self, name: &str) {
        let hides = self.known.given.contains(&name)
            || NAMESPACES.contains(&name)
            || name == VARIABLES
            || name.starts_with('@');
        if hides {
            let message = format!("`{name}` is the name of something else");
            let help = "give the items another name".to_owned();
            self.say(NOT_ALIKE, message, Some(help), (name, false));
        }
    }

    fn call(&mut self, whole: &IdedExpr, call: &CallExpr) {
        let CallExpr {
            func_name,
            target,
            args,
        } = call;
        let qualified = target
            .as_ref()
            .and_then(|target| self.functions.qualified(target, func_name));
        if let (Some(target), None) = (target, &qualified) {
            self.visit(target);
        }
        for argument in args {
            self.visit(argument);
        }
        if func_name.starts_with(['_', '@', '!', '-']) {
            return self.constant(whole, call);
        }
        let is_method = target.is_some() && qualified.is_none();
        let name = qualified.unwrap_or_else(|| func_name.clone());
        self.function(&name, (func_name, target.is_some()), is_method, args.len());
        self.constant(whole, call);
    }

    fn function(&mut self, name: &str, written: (&str, bool), is_method: bool, count: usize) {
        if let Some(function) = functions::find(name) {
            let form_fits = match function.form {
                Form::Plain => !is_method,
                Form::Method => is_method,
                Form::Either => true,
            };
            let given = match function.form {
                Form::Either => (count + usize::from(is_method)).saturating_sub(1),
                Form::Plain | Form::Method => count,
            };
            if form_fits && (function.least..=function.most).contains(&given) {
                return;
            }
            if !INSTEAD.iter().any(|(unlike, _)| *unlike == name) {
                let message = format!("`{name}` is not called like this");
                let help = format!("such as `{}`", function.example);
                return self.say(UNKNOWN_NAME, message, Some(help), written);
            }
        }
        if let Some((_, instead)) = INSTEAD.iter().find(|(unlike, _)| *unlike == written.0) {
            let message = format!("`{name}` is not known to rules in this form");
            return self.say(NOT_ALIKE, message, Some((*instead).to_owned()), written);
        }
        let all: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        let help = nearest(name, &all).map(|near| format!("did you mean `{near}`?"));
        let message = format!("there is no function `{name}`");
        self.say(UNKNOWN_NAME, message, help, written);
    }

    /// A call of nothing but constants, or with a constant pattern, has its value now: `quantity('10 GB')`, `matches('[')`.
    fn constant(&mut self, whole: &IdedExpr, call: &CallExpr) {
        let is_literal = |part: &IdedExpr| matches!(part.expr, Expr::Literal(_));
        let patterns = ["matches", "find", "findAll"];
        if call.args.is_empty() || !call.args.iter().all(is_literal) {
            return;
        }
        let mut whole = whole.clone();
        match (&call.target, &mut whole.expr) {
            (Some(target), Expr::Call(changed)) if !is_literal(target) => {
                let is_namespace = self.functions.qualified(target, &call.func_name).is_some();
                if !is_namespace && !patterns.contains(&call.func_name.as_str()) {
                    return;
                }
                if !is_namespace {
                    changed.target = call.args.first().cloned().map(Box::new);
                }
            }
            _ => {}
        }
        let variables = std::collections::BTreeMap::new();
        let failed = {
            let evaluation = Evaluation::new(&self.functions, Vec::new(), &variables);
            evaluation.value(&whole).err()
        };
        if let Some(failure) = failed {
            let name = (call.func_name.as_str(), call.target.is_some());
            self.say(BAD_EXPRESSION, failure.to_string(), None, name);
        }
    }

    fn say(&mut self, code: Code, message: String, help: Option<String>, name: (&str, bool)) {
        // What is not known is said once, by the first of these.
        if self.found.iter().any(|found| found.name.0 == name.0) {
            return;
        }
        self.found.push(Problem {
            code,
            message,
            help,
            name: (name.0.to_owned(), name.1),
        });
    }
}
