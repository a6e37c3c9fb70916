import { scrubText } from "../../signals/scrub/scrub-text.ts";

/** What one file's part of a unified diff says of its code. */
export interface FilePatch {
  /** Functions in which lines were added or removed. */
  functions: string[];
  /** False where such lines belong to no function that the diff shows. */
  all: boolean;
  /** Identifiers in such lines. */
  words: string[];
}

const HUNK = /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@ ?(.*)$/;
const NAME = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;
const MODIFIERS =
  "public|private|protected|internal|static|async|override|final|get|set|export|default|abstract|virtual";
const TYPES = String.raw`void|int|long|bool|boolean|string|double|float|[A-Z][\w<>,\[\]?]{0,60}`;
/** Lines that begin a function with a name of its own. */
const DECLARATIONS: readonly RegExp[] = [
  // function name(, def name(, def self.name(, fn name(, func name(, func (r *T) name(, fun name(
  new RegExp(
    String
      .raw`^\s*(?:[\p{L}()]+ ){0,5}(?:function\*?|fn|def|func|fun|sub) (?:\([^)]{0,80}\) ?)?(?:self\.)?(${NAME})`,
    "u",
  ),
  // const name = (…) =>, name = async function, name: (…) =>
  new RegExp(
    String
      .raw`^\s*(?:export )?(?:(?:const|let|var) )?(?:this\.)?(${NAME})(?:: [^=]{1,80})? ?[=:] (?:async )?(?:function\b|\([^;]{0,200}=>|${NAME} =>)`,
    "u",
  ),
  // name(…) {, public async name(…): Type {, static int name(…) {
  new RegExp(
    String
      .raw`^\s*(?:(?:${MODIFIERS}|${TYPES}) ){0,5}\*?#?(${NAME})\((?!.*\bfunction\b)[^;]{0,200}\)(?:: [^=;]{1,80})? \{\s*$`,
    "u",
  ),
];
/** Words before a bracket that are no functions. */
const NO_FUNCTIONS = new Set(
  "if for while switch catch return function new await typeof else do super with throw using lock match"
    .split(" "),
);
const IDENTIFIER = /[\p{L}_$][\p{L}\p{N}_$]{2,60}/gu;
const LINES_LIMIT = 5_000;
const LINE_LIMIT = 400;
const NAMES_LIMIT = 50;
const WORDS_LIMIT = 200;

/** What stands where something was taken out. */
const MARKER = /\[(?:Filtered|[a-z]{2,12})\]/g;
/** A token that no rule knows looks like this; a name seldom does. */
const LIKE_A_TOKEN = /^(?=.{12})(?:.*\d){3}/;

/** Identifiers in lines of code, lower case. A secret in a diff must not be kept with them. */
function wordsOf(code: string): string[] {
  const words = scrubText(code).replaceAll(MARKER, " ").match(IDENTIFIER) ?? [];
  return [...new Set(words.filter((word) => !LIKE_A_TOKEN.test(word)).map((word) => word.toLowerCase()))];
}

/** The function that a line declares, or null. */
export function declared(line: string): string | null {
  for (const pattern of DECLARATIONS) {
    const name = pattern.exec(line)?.[1];
    if (name !== undefined && !NO_FUNCTIONS.has(name)) return name;
  }
  return null;
}

/**
 * Reads a file's part of a unified diff, as GitHub gives it: `@@` lines with the function before the hunk, and the hunk. A line belongs to
 * the last declaration above it that is indented less; where the hunk shows none, to the one that git names in the hunk's head.
 */
export function readPatch(patch: string): FilePatch {
  const functions = new Set<string>();
  const changed: string[] = [];
  let all = true;
  let open: { name: string; indent: number }[] = [];
  for (const raw of patch.split("\n", LINES_LIMIT)) {
    const head = HUNK.exec(raw.slice(0, LINE_LIMIT));
    if (head) {
      const name = declared(head[1]!) ?? declared(`${head[1]!.trimEnd()} {`);
      open = name === null ? [] : [{ name, indent: -1 }];
      continue;
    }
    const line = raw.slice(1, LINE_LIMIT);
    if (line.trim() === "" || raw.startsWith("\\")) continue;
    const indent = line.search(/\S/);
    const closes = /^[)\]}]/.test(line.trim());
    const name = declared(line);
    // A closing bracket stands where its declaration does, and still belongs to it.
    open = open.filter((one) => closes ? one.indent <= indent : one.indent < indent);
    if (name !== null) open.push({ name, indent });
    if (raw.startsWith("+") || raw.startsWith("-")) {
      const inside = open.at(-1);
      if (inside) functions.add(inside.name);
      else all = false;
      changed.push(line);
    }
    if (closes) open = open.filter((one) => one.indent < indent);
  }
  return {
    functions: [...functions].slice(0, NAMES_LIMIT),
    all: all && functions.size <= NAMES_LIMIT,
    words: wordsOf(changed.join("\n")).slice(0, WORDS_LIMIT),
  };
}
