/** Code that is no function: every engine has its own word for it. */
const TOP_LEVEL = new Set([
  "global code",
  "module code",
  "eval code",
  "Global code",
  "Module code",
  "eval",
  "<module>",
  "<listcomp>",
  "<dictcomp>",
  "<genexpr>",
  "<lambda>",
  "<anonymous>",
  "<computed>",
  "<instance_members_initializer>",
  "<static_initializer>",
  "anonymous",
  "?",
  // Internet Explorer and the first Edge.
  "Anonymous function",
]);

/** Names that say what a framework does with a function, not what the function does. */
const GENERIC = new Set(
  ("apply bind call callback cb invoke run exec execute handle handler handlerequest handleerror onerror request next dispatch emit wrap wrapper " +
    "wrapped inner outer fn func function middleware trycatch tryexecute step run runmicrotasks processticksandrejections promise then resolve reject " +
    "settle fulfilled rejected asynctogenerator asyncgeneratorstep awaiter main start bootstrap init default value exports module listener " +
    "assert invariant throwerror error fail rethrow retry withretry proxy trap decorator perform process update render map foreach filter reduce " +
    "sentrywrapped safeexecute guard intercept interceptor serve fetch send").split(" "),
);

const MINIFIED = /^(?:[a-zA-Z_$][\w$]?|_0x[0-9a-f]{1,8}|[a-zA-Z]\d{1,3})$/;

export interface CanonicalName {
  /** Null for a function without a name, and for a name that says nothing: minified. */
  name: string | null;
  isMinified: boolean;
  isGeneric: boolean;
}

const ANONYMOUS: CanonicalName = { name: null, isMinified: false, isGeneric: false };

/** Cuts `[as alias]`, arguments and the words that engines put before a name. */
function withoutDecoration(printed: string): string {
  let name = printed.trim();
  const star = name.lastIndexOf("*");
  if (star > 0 && star < name.length - 1) name = name.slice(star + 1);
  const alias = name.indexOf(" [as ");
  if (alias >= 0) name = name.slice(0, alias);
  for (let round = 0; round < 3; round++) {
    const before = name;
    name = name.replace(/^(?:async|new|get|set|static|function|bound) /, "");
    if (name === before) break;
  }
  const parenthesis = name.indexOf("(");
  return parenthesis > 0 ? name.slice(0, parenthesis) : name;
}

/**
 * The name of a function as all engines agree on it: no receiver (`Object.load` and `Store.load` are `load`), no nesting
 * (`load/<` is a function without a name inside `load`), no `async`, `new`, `get`, alias, or number that a bundler added.
 */
export function canonicalFunction(printed: string | null): CanonicalName {
  if (printed === null) return ANONYMOUS;
  if (TOP_LEVEL.has(printed)) return ANONYMOUS;
  let name = withoutDecoration(printed);
  // SpiderMonkey: `outer/inner`, `outer/<`, `Cart.prototype.add/this.x`.
  const slash = name.lastIndexOf("/");
  if (slash >= 0) name = name.slice(slash + 1);
  if (name === "" || name.startsWith("<") && name.endsWith("<")) return ANONYMOUS;
  const scope = name.lastIndexOf("::");
  const separator = Math.max(name.lastIndexOf("."), scope < 0 ? -1 : scope + 1, name.lastIndexOf("#"));
  if (separator >= 0) {
    name = withoutDecoration(name.slice(separator + 1));
  }
  name = name.replace(/^#/, "").replace(/\$\d{1,4}$/, "");
  const lambda = /^lambda\$([\w$]{1,200})\$\d{1,4}$/.exec(name) ??
    /^(?:access|lambda)\$([\w$]{1,200})/.exec(name);
  if (lambda) name = lambda[1]!.replace(/\$\d{1,4}$/, "");
  if (name === "" || TOP_LEVEL.has(name) || /^[<({[].*$/.test(name)) return ANONYMOUS;
  if (MINIFIED.test(name)) return { name: null, isMinified: true, isGeneric: false };
  return { name, isMinified: false, isGeneric: GENERIC.has(name.toLowerCase().replace(/^[_$]+/, "")) };
}
