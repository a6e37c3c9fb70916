import { DEFAULT_PORT } from "../platform/start.ts";

export const USAGE = `Shows Prunella at work: a shop under load is broken, diagnosed, healed and verified.

Usage: npm start -- [options]

  --port <number>      where to listen (default ${DEFAULT_PORT})
  --data-dir <folder>  where keys and data are kept (default .prunella)
  --once               end after the first fault was healed; exit code 1 if it was not
  --help               this text`;

export interface StartOptions {
  port?: number;
  dataDir?: string;
  once: boolean;
}

export type Parsed = { kind: "help" } | { kind: "start"; options: StartOptions };

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseArguments(args: readonly string[]): Parsed {
  const options: StartOptions = { once: false };
  const rest = args.flatMap((argument) => {
    const [, name, value] = /^(--[a-z-]+)=(.*)$/.exec(argument) ?? [];
    return name === undefined ? [argument] : [name, value ?? ""];
  });
  while (rest.length > 0) {
    const flag = rest.shift() ?? "";
    if (flag === "--help" || flag === "-h") return { kind: "help" };
    if (flag === "--once") {
      options.once = true;
      continue;
    }
    if (flag !== "--port" && flag !== "--data-dir") throw new Error(`Unknown option ${flag}\n\n${USAGE}`);
    const value = rest.shift();
    if (!value) throw new Error(`${flag} wants a value\n\n${USAGE}`);
    if (flag === "--data-dir") options.dataDir = value;
    else options.port = port(value);
  }
  return { kind: "start", options };
}

function port(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number <= 65_535) return number;
  throw new Error(`--port wants a number from 0 to 65535, got ${value}`);
}
