/** Stands for a variable part, in templates and in tokens. */
export const VARIABLE = "<*>";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Names of days and months: next to a number they are part of a date. */
export const DAYS = words(
  "Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
);
export const MONTHS = words(
  "Jan Feb Mar Apr May Jun Jul Aug Sep Sept Oct Nov Dec January February March April June July August September October November December",
);

/** Units of size and time that programs choose by magnitude: `1.2 KB` and `3.4 MB` are one kind of value. */
export const UNITS = words("B KB MB GB TB PB kB kb KiB MiB GiB TiB Ki Mi Gi K M G ms us µs ns s sec secs");

/** States of switches. */
export const FLAGS = words("on off true false yes no True False Yes No ON OFF TRUE FALSE");

/** Abbreviations of time zones: `08:16:53 PDT 2005`. */
export const TIME_ZONE = /^(?:[A-Z]{1,3}T|UTC|GMT)$/;

/** Last labels of host names; any two letters are a country. */
export const HOST_ENDING = /\.(?:com|net|org|edu|gov|mil|int|info|biz|local|lan|internal|[a-z]{2})$/i;

/** Words of prose by their endings: they say what happened, not to whom. */
export const PROSE =
  /^[A-Z]?[a-z]+(?:ing|ed|tion|sion|ment|able|ible|ly|ful|less|ness|ity|ure|ance|ence|ous|ive|ess)$/;

/** Constants by the convention of nearly all languages: `RUNNING`, `SCREEN_ON`, `intent.action.TIME_TICK`. */
export const ENUMERATED = /(?:^|[.:_])[A-Z][A-Z_]+$/;

/** Names that programs give: dotted, hyphenated, camelCase. */
export const IDENTIFIER = /[._@$/-].|[a-z][A-Z]/;

/** Values of most languages: never a word of the statement that prints them. */
export const LITERALS = words("true false True False TRUE FALSE null NULL None nil undefined NaN");

/** Names under which structured loggers keep the text of the statement itself. */
export const MESSAGE_KEYS = words("msg message event");

/** Methods of HTTP: the verbs of requests. */
export const HTTP_METHODS = words("GET POST PUT DELETE PATCH HEAD OPTIONS CONNECT TRACE");

/** Words that join others to a sentence. */
export const FUNCTION_WORDS = words(
  "a an the to from for of by in on at with as into via is are was were be been has have had not no and or but if " +
    "can cannot could will would should must may this that it its after before while because due",
);

/** After these a verb stands: it says what happened. */
export const MODALS = words(
  "not cannot can can't could couldn't will won't would wouldn't should must may might didn't don't doesn't please",
);

/** After these and `to` a verb stands, where a value stands after others: `failed to start`, but `moved to trash`. */
export const BEFORE_TO_AND_VERB =
  /^(?:fail(?:ed|s|ing|ure)?|unable|able|try|tries|trying|tried|attempt(?:s|ed|ing)?|need(?:s|ed)?|wants?|going|about|refus(?:ed|es|ing)|ready|allowed|permitted|required|supposed|not|how|time|wait(?:s|ing)?|used|unwilling|likely)$/i;
