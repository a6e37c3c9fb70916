import { PROJECT } from "../platform/paths.ts";

export interface Child {
  /** Its lines on standard output, from the first that nobody took. */
  nextLine(): Promise<string | null>;
  /** Closes its input, which ends it; kills it when it does not end in time. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** Path of the program, relative to the project. */
  program: string;
  args?: string[];
  env?: Record<string, string>;
  onLine?: (line: string) => void;
}

/** How long a child may take to end, in milliseconds. */
const END_MS = 5_000;
/** What is kept of a child's complaints, in characters. */
const COMPLAINTS = 4_000;

/** Starts one of our programs as a process of its own. It ends when its input does, so it never outlives this process. */
export function startChild({ program, args = [], env = {}, onLine }: ChildOptions): Child {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", `${PROJECT}/${program}`, ...args],
    cwd: PROJECT,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  let complaints = "";
  const complaining = readLines(child.stderr, (line) => {
    complaints = `${complaints}${line}\n`.slice(-COMPLAINTS);
  });
  const waiting: string[] = [];
  let wake = () => {};
  let ended = false;
  const talking = readLines(child.stdout, (line) => {
    if (onLine) onLine(line);
    else waiting.push(line);
    wake();
  }).finally(() => {
    ended = true;
    wake();
  });
  let stopping: Promise<void> | undefined;
  return {
    async nextLine() {
      while (waiting.length === 0 && !ended) await new Promise<void>((resolve) => wake = resolve);
      const line = waiting.shift() ?? null;
      if (line === null && !stopping) {
        await complaining;
        throw new Error(`${program} ended: ${complaints.trim() || "it said nothing"}`);
      }
      return line;
    },
    stop: () =>
      stopping ??= (async () => {
        await input.close().catch(() => {});
        const timer = setTimeout(() => child.kill("SIGKILL"), END_MS);
        await child.status;
        clearTimeout(timer);
        await Promise.all([talking, complaining]);
      })(),
  };
}

async function readLines(stream: ReadableStream<Uint8Array>, heard: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = `${rest}${decoder.decode(bytes, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) heard(line);
  }
  if (rest) heard(rest);
}
