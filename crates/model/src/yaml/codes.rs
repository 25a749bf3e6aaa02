//! The codes of findings about YAML, each with what its page says.

use crate::diagnostic::Code;

macro_rules! codes {
    ($( $name:ident = $code:literal: $docs:literal; )*) => {
        $(#[doc = $docs] pub const $name: Code = Code($code);)*

        /// The codes with their documentation.
        pub const CODES: &[(Code, &str)] = &[$(($name, $docs)),*];
    };
}

codes! {
    NOT_UTF8 = "ST0001": "A file is not UTF-8 text. Kubernetes and every YAML tool of today read UTF-8; save the file in that encoding. The finding names the first byte that is not.";
    CONTROL_CHARACTER = "ST0002": "A file holds a control character such as NUL. YAML does not allow them as they are; write them as escapes within double quotes, or keep binary content in a file of its own and name it with `fromFile`.";
    TOO_LARGE = "ST0003": "A file is too large to be a declaration. The limit keeps a mistake, such as a dump in the wrong folder, from using up the memory. Large content belongs into a file named with `fromFile`.";
    SYNTAX = "ST0004": "The text is not YAML. Reading goes on at the next document (`---`), so that the findings of the other documents are reported too.";
    TAB = "ST0005": "A tab is used for indentation. YAML allows spaces only, because nobody can say how wide a tab is. Set the editor to insert spaces.";
    TOO_DEEP = "ST0006": "Lists and mappings are nested too deeply, counting what aliases bring. No declaration needs it; a file that does is broken or hostile.";
    DUPLICATE_KEY = "ST0007": "A mapping has a key twice. Most tools take the last one without a word, so that an edit of the first has no effect. Remove one of them.";
    UNKNOWN_ANCHOR = "ST0008": "An alias (`*name`) refers to an anchor (`&name`) that was not set before it in the same document.";
    ALIAS_BOMB = "ST0009": "The aliases of a file expand to more than is allowed. A few lines of nested aliases can describe billions of values (\"billion laughs\"); reading stops instead of using up the memory.";
    RECURSIVE_ALIAS = "ST0010": "An alias stands within the value that its own anchor names. Such a value has no end.";
    MERGE_KEY = "ST0011": "A merge key (`<<`) is used in a way that readers understand differently: after a key that it brings too (kubectl would let the merged value win, the specification the written one), twice in one mapping, or with something that is not a mapping. Put `<<` first and name several sources as a list: `<<: [*a, *b]`.";
    UNKNOWN_TAG = "ST0012": "A tag such as `!vault` or `!Ref` is not known here. Other tools give such tags a meaning; kubectl ignores them without a word. Allowed are `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!map` and `!!seq`.";
    COMPLEX_KEY = "ST0013": "A list or a mapping is used as a key. Kubernetes objects and declarations have text keys only. Often it is a template such as `{{ name }}` without quotes.";
    TAG_MISMATCH = "ST0014": "A value does not fit the tag it was given: `!!int abc`, or `!!map` before a list.";
    TOO_MANY_KEYS = "ST0015": "A mapping has too many keys. No declaration needs that many; content of this size belongs into a file named with `fromFile`.";
    YAML11_BOOLEAN = "ST0020": "A plain `yes`, `no`, `on`, `off`, `y` or `n`. YAML 1.1, and with it kubectl and Helm, reads them as booleans (`NO`, the country, becomes false); YAML 1.2 reads text. Here they are text. Write `true` or `false`, or put the word in quotes.";
    LEADING_ZERO = "ST0021": "A plain number with a leading zero. YAML 1.1, and with it kubectl and Helm, reads `0755` as the octal number 493; YAML 1.2 reads 755. Here it is the text as written. Put it in quotes.";
    NUMBER_NOTATION = "ST0022": "A plain value that some readers take for a number and some for text: `1_000`, `0b101`, `0X1F`, `-0x1F`. Here it is the text as written. Put it in quotes or write the plain number.";
    WIDE_NUMBER = "ST0023": "A number that does not survive the way to Kubernetes: beyond 64 bits (here it is kept as text), not finite, or above 2^53, where tools that use floating point lose digits. Identifiers of this kind are text: put them in quotes.";
    EXPONENT = "ST0024": "A plain value such as `1e3` is a number to every reader, also where it is meant as text: a commit hash, an identifier. Put it in quotes if it is text.";
    AMBIGUOUS_KEY = "ST0025": "A key that kubectl would rename, because YAML 1.1 does not read it as text: `y`, `on` and `no` become `true` or `false`, `0755` becomes `493`, `1.10` becomes `1.1`. Here keys are the text as written. Put the key in quotes.";
    OTHER_BASE = "ST0026": "A plain number in another base than ten, `0o17` or `0x1F`. It is a number to YAML 1.2 and to kubectl; where text is wanted it stays as written.";
}
