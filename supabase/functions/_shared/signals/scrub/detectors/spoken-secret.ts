import { type Detector, FILTERED, type Span, spansOf, TRAITS } from "../detector.ts";
import { classifyKey } from "../key-class.ts";
import { isProse } from "../prose.ts";

/** `--password x`, `--api-key x` on a command line. */
const FLAG = /--([A-Za-z][\w-]{1,40}) {1,4}(?!-)/g;
/** A word as shells read them: `a"b c"'d'`. */
const SHELL_WORD = /(?:"[^"\n]*"|'[^'\n]*'|[^\s"']+|["'])+/y;
/** `password 'x'` in SQL, "password is x" in prose. */
const SPOKEN =
  /\b((?:password|passwd|passphrase|passcode|identified by|secret)\s{1,4}(?:is\s|was\s|set to\s)?)("[^"\n]+"|'[^'\n]+'|(?<=(?:is|was|to)\s)[^\s"',;]+)/gi;

/** `set("password", "x")` in code, `["authorization", "x"]` in lists. */
const PAIR = /([(\[])\s{0,4}(\\{0,3}["'`])([\w .-]{2,64})\2\s{0,4},\s{0,4}(\\{0,3}["'`])([^\n]+?)\4/g;

/** Secrets behind their name without any separator. */
export const spokenSecret: Detector = {
  name: "spoken secret",
  needs: TRAITS.space | TRAITS.quoteOrFlag,
  find: (text) => [
    ...pairValues(text),
    ...(text.includes("--") ? flagValues(text) : []),
    ...(/pass|secret|identified by/i.test(text)
      ? spansOf(text, SPOKEN, FILTERED, ([, , value]) => !isProse(value!), ([, words]) => words!.length)
      : []),
  ],
};

function pairValues(text: string): Span[] {
  const found: Span[] = [];
  PAIR.lastIndex = 0;
  for (let pair = PAIR.exec(text); pair; pair = PAIR.exec(text)) {
    const [, bracket, , name, quote, value] = pair;
    const end = PAIR.lastIndex - quote!.length;
    const start = end - value!.length;
    // `["password", "email"]` is a list of fields.
    if (isSecretName(name!) && !(bracket === "[" && isProse(value!))) {
      found.push({ start, end, marker: FILTERED });
    } else PAIR.lastIndex = start;
  }
  return found;
}

function flagValues(text: string): Span[] {
  const found: Span[] = [];
  FLAG.lastIndex = 0;
  for (let flag = FLAG.exec(text); flag; flag = FLAG.exec(text)) {
    if (!isSecretName(flag[1]!)) continue;
    const start = SHELL_WORD.lastIndex = FLAG.lastIndex;
    if (!SHELL_WORD.test(text)) continue;
    const end = FLAG.lastIndex = SHELL_WORD.lastIndex;
    found.push({ start, end, marker: FILTERED });
  }
  return found;
}

function isSecretName(name: string): boolean {
  const kind = classifyKey(name);
  return kind === "strong" || kind === "weak";
}
