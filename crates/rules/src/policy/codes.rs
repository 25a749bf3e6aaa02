//! The codes of findings about the estate's own rules, and of what they find.

use steading_model::Code;

macro_rules! codes {
    ($( $name:ident = $code:literal: $docs:literal; )*) => {
        $(#[doc = $docs] pub const $name: Code = Code($code);)*

        /// The codes with their documentation.
        pub const CODES: &[(Code, &str)] = &[$(($name, $docs)),*];
    };
}

codes! {
    AGAINST_OWN_RULE = "ST4900": "A declaration or an object is against a rule of the estate (`policies/`). The finding names the rule and its file; a waiver with the rule's name lets it pass where it must.";
    BAD_EXPRESSION = "ST4901": "An expression of a rule is not written in the Common Expression Language.";
    UNKNOWN_NAME = "ST4902": "An expression names a variable or a function that does not exist, or gives a function too few or too many values.";
    UNKNOWN_FIELD = "ST4903": "An expression names a field that none of the kinds has which the rule is about. The value would never be there, and a rule that asks `has(…)` first would never find anything.";
    NOT_EVALUATED = "ST4904": "An expression could not be evaluated, mostly because a field is not there. What cannot be evaluated counts as refused, as it does in the cluster.";
    TOO_LARGE = "ST4905": "An expression is longer, or takes more steps, than any that the API server would evaluate.";
    BAD_RULE = "ST4906": "The parts of a rule do not fit each other: it is about nothing or about two things, it wants nothing, a message has two lines, a kind, tier or environment does not exist.";
    RESERVED_RULE = "ST4907": "A rule of the estate is called as a built-in rule is. Waivers would not say which is meant.";
    NOT_ALIKE = "ST4908": "An expression uses something that Steading and the API server do not evaluate alike. The rule would say one thing in `check` and another in the cluster.";
}
