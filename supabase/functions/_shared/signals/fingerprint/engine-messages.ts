/** One message of JavaScript engines: the ways in which they word it, and the wording that stands for all. */
interface Wording {
  pattern: RegExp;
  same: string;
}

/**
 * V8, SpiderMonkey and JavaScriptCore word the same fault differently. `$1` is the name that the fault is about.
 * The engines' own sources are the reference: messages change with versions, so old and new forms are listed.
 */
const WORDINGS: readonly Wording[] = [
  // Reading a member of null or undefined: only V8 and new SpiderMonkey name the member, JavaScriptCore the expression.
  {
    pattern:
      /^Cannot (?:read|set) propert(?:y|ies) of (?:undefined|null) \((?:reading|setting) '([^']{0,200})'\)/,
    same: "no member '$1'",
  },
  { pattern: /^Cannot (?:read|set) property '([^']{0,200})' of (?:undefined|null)/, same: "no member '$1'" },
  {
    pattern: /^can't access property "([^"]{0,200})", .{1,300} (?:is|are) (?:undefined|null)$/,
    same: "no member '$1'",
  },
  { pattern: /^can't access property "([^"]{0,200})" of (?:undefined|null)/, same: "no member '$1'" },
  {
    pattern:
      /^'?(?:undefined|null)'? is not an object \(evaluating '[^']{0,300}\.([\w$]{1,200})(?:\([^']{0,200}\)?)?(?: = [^']{0,200})?'\)/,
    same: "no member '$1'",
  },
  {
    pattern: /^Unable to (?:get|set) property '([^']{0,200})' of undefined or null reference/,
    same: "no member '$1'",
  },
  // Calling what is no function.
  {
    pattern: /^(?:[\w$]{1,100}[.)])*([\w$]{1,200}) is not a function\.? ?(?:\(.{0,400}\))?$/,
    same: "'$1' is no function",
  },
  { pattern: /^Object doesn't support property or method '([^']{0,200})'/, same: "'$1' is no function" },
  {
    pattern: /^(?:[\w$]{1,100}\.)*([\w$]{1,200}) is not a constructor\.? ?(?:\(.{0,400}\))?$/,
    same: "'$1' is no constructor",
  },
  // Names that do not exist.
  { pattern: /^Can't find variable: ([\w$]{1,200})/, same: "'$1' is not defined" },
  { pattern: /^'?([\w$]{1,200})'? is (?:not defined|undefined)$/, same: "'$1' is not defined" },
  { pattern: /^Cannot access '([\w$]{1,200})' before initialization/, same: "'$1' before initialization" },
  {
    pattern: /^can't access lexical declaration [`']([\w$]{1,200})' before initialization/,
    same: "'$1' before initialization",
  },
  { pattern: /^Cannot access uninitialized variable\.?/, same: "before initialization" },
  // The network.
  {
    pattern:
      /^(?:Failed to fetch|NetworkError when attempting to fetch resource\.?|Load failed|Network request failed|The network connection was lost\.?|The Internet connection appears to be offline\.?|cancelled)(?: \([^)]{1,200}\))?$/,
    same: "fetch failed",
  },
  {
    pattern:
      /^(?:Failed to fetch dynamically imported module|error loading dynamically imported module|Importing a module script failed\.?)(?:: .{0,1000})?$/,
    same: "module import failed",
  },
  // The stack.
  {
    pattern: /^(?:Maximum call stack size exceeded\.?|too much recursion|Out of stack space)$/,
    same: "stack overflow",
  },
  // JSON.
  {
    pattern: /^Unexpected token '?(.)'?(?: in JSON at position \d{1,9}|, .{0,300} is not valid JSON)/s,
    same: "invalid JSON",
  },
  {
    pattern:
      /^(?:JSON\.parse: |JSON Parse error: |Unexpected end of JSON input|Unexpected non-whitespace character after JSON)/,
    same: "invalid JSON",
  },
];

/** A message in the wording that stands for all engines, or unchanged when it is the application's own. */
export function commonWording(message: string): string {
  for (const { pattern, same } of WORDINGS) {
    const match = pattern.exec(message);
    if (match) return same.replace("$1", match[1] ?? "");
  }
  return message;
}

/** Types that engines name differently for the same fault. */
export function commonType(type: string | null, value: string | null): string | null {
  if (type === null) return null;
  const name = type.replace(/^Uncaught /, "");
  if (
    (name === "InternalError" || name === "Error") && value &&
    /^too much recursion|^Out of stack space/.test(value)
  ) return "RangeError";
  return name;
}
