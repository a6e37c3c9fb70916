import type { Frame } from "../supabase/functions/_shared/signals/event.ts";
import { parseFrameLine } from "../supabase/functions/_shared/signals/stack/line.ts";
import { parseStack } from "../supabase/functions/_shared/signals/stack/parse-stack.ts";
import { type BenchRow } from "./main.ts";

export const describe = `Stack parsing against the frames that other parsers expect.
--data <folder>  folder of *.json files of cases (Sentry's browser and node parsers, stacktrace-parser, error-stack-parser)
Keys: case, frames, frames_right, us_per_stack. The last rows are stacks of 30 frames and the total.`;

/** What a case says of one frame, whatever library it came from. A field that is absent was not stated. */
interface Expected {
  function?: string | null;
  file?: string | null;
  line?: number | null;
  column?: number | null;
  inApp?: boolean;
}

interface StackCase {
  name: string;
  parse: () => Frame[];
  /** Innermost first. Null entries are frames of which only the existence is known. */
  expected: (Expected | null)[];
}

type Json = Record<string, unknown>;

const WARM_UP_RUNS = 300;
const BATCHES = 8;
const RUNS_PER_BATCH = 25;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined;
const number = (value: unknown): number | undefined => typeof value === "number" ? value : undefined;

/** Each library has its own word for a function without a name; asynchronous calls are a flag with us. */
function plainName(name: string | null | undefined): string {
  if (name === null || name === undefined) return "?";
  return name.replace(/^async /, "").replaceAll("<anonymous>", "?")
    .replace(
      /^(?:<unknown>|\(anonymous\)|<anonymous function>|anonymous|Anonymous function|<anonymous function>)$/,
      "?",
    );
}

/** Native code, also the members of `Promise.all`, which node's parser names `index 0`. */
function isNativeName(file: string): boolean {
  return /^[([]?native(?: code)?[)\]]?$|^index \d+$/.test(file);
}

const WASM_FUNCTION = /:wasm-function\[\d+\](?::0x[0-9a-f]+)?$/;

function fileAgrees(expected: string | null | undefined, frame: Frame): boolean {
  if (expected === undefined) return true;
  if (expected === null) return frame.absPath === null;
  if (isNativeName(expected)) return frame.isNative === true;
  // Others leave the function of a WebAssembly module and its address in the path.
  const module = WASM_FUNCTION.exec(expected);
  if (module) return expected.slice(0, module.index) === frame.absPath;
  return expected === frame.absPath || expected === frame.filename;
}

function nameAgrees(expected: Expected, frame: Frame): boolean {
  if (expected.function === undefined) return true;
  const name = plainName(expected.function);
  return name === plainName(frame.function) ||
    (name === "?" && typeof expected.file === "string" && WASM_FUNCTION.test(expected.file));
}

function agrees(expected: Expected | null, frame: Frame | undefined): boolean {
  if (!frame) return false;
  if (!expected) return true;
  return nameAgrees(expected, frame) &&
    fileAgrees(expected.file, frame) &&
    (expected.line === undefined || expected.line === frame.line) &&
    (expected.column === undefined || expected.column === frame.column) &&
    (expected.inApp === undefined || expected.inApp === frame.inApp);
}

/** Sentry's browser SDK: frames outermost first, `framesToPop` innermost ones dropped by request of the error. */
function browserCase(value: Json): StackCase | null {
  const input = value.input;
  const exception = value.expected_exception;
  if (!isObject(input) || !isObject(exception)) return null;
  const stack = text(input.stacktrace) ?? text(input.stack) ?? "";
  const trace = exception.stacktrace;
  const frames = isObject(trace) && Array.isArray(trace.frames) ? trace.frames.filter(isObject) : [];
  const extra = isObject(input.extra) ? input.extra : {};
  const popped = number(extra.framesToPop) ?? number(input.framesToPop) ?? 0;
  return {
    name: String(value.name),
    // The SDK has no frames for names without a place.
    parse: () => parseStack(stack).slice(popped).filter((frame) => frame.absPath !== null || frame.isNative),
    expected: frames.toReversed().map((frame) => ({
      function: text(frame.function) ?? null,
      file: text(frame.filename),
      line: number(frame.lineno) ?? undefined,
      column: number(frame.colno) ?? undefined,
    })),
  };
}

/** Sentry's node SDK: single lines. It drops the receiver of methods of `Module`. */
function lineCase(value: Json): StackCase | null {
  const line = text(value.line);
  if (line === undefined) return null;
  const frame = value.expected_frame;
  return {
    name: String(value.name),
    parse: () => {
      const parsed = parseFrameLine(line, null);
      if (!parsed) return [];
      const name = parsed.frame.function;
      const module = name?.indexOf(".Module.") ?? -1;
      return [module > 0 ? { ...parsed.frame, function: name!.slice(module + 1) } : parsed.frame];
    },
    expected: isObject(frame)
      ? [{
        function: text(frame.function) ?? (frame.function === null ? null : undefined),
        file: text(frame.filename),
        line: number(frame.lineno),
        column: number(frame.colno),
        inApp: typeof frame.in_app === "boolean" ? frame.in_app : undefined,
      }]
      : [],
  };
}

/** stacktrace-parser: a frame needs a function or a line. Some cases state the first frame and the count alone. */
function stacktraceParserCase(value: Json): StackCase | null {
  const stack = text(value.stack);
  const stated = value.expected_frames_top_first;
  if (stack === undefined || (!Array.isArray(stated) && !isObject(stated))) return null;
  const frames: (Expected | null)[] = (Array.isArray(stated) ? stated : [stated]).filter(isObject).map((
    frame,
  ) => ({
    function: text(frame.methodName),
    file: text(frame.file),
    line: frame.lineNumber === null ? null : number(frame.lineNumber),
    column: frame.column === null ? null : number(frame.column),
  }));
  const count = number(value.length_check) ?? frames.length;
  while (frames.length < count) frames.push(null);
  return {
    name: String(value.name),
    parse: () =>
      parseStack(stack).filter((frame) =>
        (frame.function !== null && frame.absPath !== null) || frame.line !== null || frame.isNative
      ),
    expected: frames,
  };
}

/** Opera 9 has the stack in the message, and in its place a hint at a setting. */
function printedStack(input: Json): string {
  const stack = text(input.stack) ?? text(input.stacktrace) ?? "";
  const message = text(input.message) ?? "";
  return message.split("\n").length > stack.split("\n").length ? message : stack;
}

/** error-stack-parser: no frames for native code alone nor for places without a line; evaluated code has no file. */
function errorStackParserCase(value: Json): StackCase | null {
  const input = value.input;
  const stated = value.expected_frames_top_first;
  if (!isObject(input)) return null;
  const stack = printedStack(input);
  const frames: (Expected | null)[] = (Array.isArray(stated) ? stated : []).filter(isObject).map((frame) => ({
    function: text(frame.function),
    file: text(frame.file),
    line: number(frame.line),
    column: number(frame.column),
  }));
  const count = number(value.expected_length) ?? frames.length;
  while (frames.length < count) frames.push(null);
  return {
    name: String(value.name),
    parse: () =>
      parseStack(stack)
        .filter((frame) => !(frame.isNative && (frame.function === null || frame.function === "eval")))
        .filter((frame) => frame.absPath !== "<anonymous>" || frame.line !== null)
        .map((frame) =>
          frame.function === "eval code" && frame.absPath !== null ? { ...frame, function: "eval" } : frame
        ),
    expected: frames,
  };
}

function casesOf(value: Json): StackCase | null {
  if ("expected_exception" in value) return browserCase(value);
  if ("line" in value) return lineCase(value);
  if ("stack" in value) return stacktraceParserCase(value);
  if ("input" in value && "expected_frames_top_first" in value) return errorStackParserCase(value);
  return null;
}

function rightFrames(expected: (Expected | null)[], frames: Frame[]): number {
  const right = expected.filter((frame, index) => agrees(frame, frames[index])).length;
  // A frame too many is as wrong as a frame too few.
  return Math.max(0, right - Math.max(0, frames.length - expected.length));
}

/** Time of one call: the best of several batches, so that what else the machine does counts least. */
function microseconds(parse: () => unknown): number {
  for (let i = 0; i < WARM_UP_RUNS; i++) parse();
  let best = Infinity;
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = performance.now();
    for (let i = 0; i < RUNS_PER_BATCH; i++) parse();
    best = Math.min(best, performance.now() - start);
  }
  return Math.round(best * 1000 / RUNS_PER_BATCH * 100) / 100;
}

/** Stacks of 30 frames as three engines print them, for the time alone. */
function longStacks(): StackCase[] {
  const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
  const engines: [string, string][] = [
    [
      "30 frames, V8",
      "TypeError: x is not a function\n" +
      numbers.map((n) =>
        `    at async Store.load${n} (https://shop.example/assets/index-Bq3xW9aZ.js:${n}:${n + 7})`
      ).join("\n"),
    ],
    [
      "30 frames, SpiderMonkey",
      numbers.map((n) => `load${n}/<@https://shop.example/assets/index-Bq3xW9aZ.js:${n}:${n + 7}`).join("\n"),
    ],
    [
      "30 frames, Java",
      "java.lang.IllegalStateException: closed\n" +
      numbers.map((n) => `\tat com.example.shop.Store$Inner.load${n}(Store.java:${n})`).join("\n"),
    ],
  ];
  return engines.map(([name, stack]) => ({
    name,
    parse: () => parseStack(stack),
    expected: numbers.map((line) => ({ line })),
  }));
}

async function readCases(folder: string): Promise<StackCase[]> {
  const cases: StackCase[] = [];
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".json")) files.push(entry.name);
  }
  for (const file of files.sort()) {
    const content: unknown = JSON.parse(await Deno.readTextFile(`${folder}/${file}`));
    if (!Array.isArray(content)) continue;
    for (const value of content) {
      const found = isObject(value) ? casesOf(value) : null;
      if (found) cases.push({ ...found, name: `${file.replace(/\.json$/, "")}: ${found.name}` });
    }
  }
  return cases;
}

export async function run(args: string[]): Promise<{ results: BenchRow[] }> {
  const at = args.indexOf("--data");
  const folder = at >= 0 ? args[at + 1] : undefined;
  if (!folder) throw new Error("name the folder of cases with --data <folder>");
  const cases = await readCases(folder);
  if (cases.length === 0) throw new Error(`no cases in the *.json files of ${folder}`);
  const results: BenchRow[] = [];
  const measured = [...cases, ...longStacks()];
  for (const one of measured) {
    const frames = one.parse();
    if (args.includes("--verbose") && rightFrames(one.expected, frames) < one.expected.length) {
      console.error(
        one.name,
        "\n  expected",
        one.expected,
        "\n  parsed",
        frames.map((f) => [f.function, f.absPath, f.line, f.column, f.inApp]),
      );
    }
    results.push({
      case: one.name,
      frames: one.expected.length,
      frames_right: rightFrames(one.expected, frames),
      us_per_stack: microseconds(one.parse),
    });
  }
  const stacks = results.slice(0, cases.length);
  const sum = (key: string) => stacks.reduce((total, row) => total + Number(row[key]), 0);
  results.push({
    case: `total of ${stacks.length} cases`,
    frames: sum("frames"),
    frames_right: sum("frames_right"),
    us_per_stack: Math.round(sum("us_per_stack") / stacks.length * 100) / 100,
  });
  return { results };
}
