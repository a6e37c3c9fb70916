import { DEFAULT_HOST, DEFAULT_PORT, type PlatformOptions } from "./start.ts";

export const USAGE = `Runs a whole Supabase on this machine: database, REST, auth, functions, schedules.

Usage: npm run platform -- [options]

  --port <number>         where to listen (default ${DEFAULT_PORT})
  --host <address>        on which address (default ${DEFAULT_HOST})
  --data-dir <folder>     where keys and data are kept (default .prunella)
  --database-url <url>    a Postgres >= 15 instead of the built-in database
  --memory                keep nothing when it stops
  --help                  this text`;

export type Parsed = { kind: "help" } | { kind: "start"; options: PlatformOptions };

const VALUES = ["--port", "--host", "--data-dir", "--database-url"] as const;

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseArguments(args: readonly string[]): Parsed {
  const options: PlatformOptions = {};
  const rest = args.flatMap((argument) => {
    const [, name, value] = /^(--[a-z-]+)=(.*)$/.exec(argument) ?? [];
    return name === undefined ? [argument] : [name, value ?? ""];
  });
  while (rest.length > 0) {
    const flag = rest.shift() ?? "";
    if (flag === "--help" || flag === "-h") return { kind: "help" };
    if (flag === "--memory") {
      options.memory = true;
      continue;
    }
    const known = VALUES.find((name) => name === flag);
    if (!known) throw new Error(`Unknown option ${flag}\n\n${USAGE}`);
    const value = rest.shift();
    if (value === undefined || value === "") throw new Error(`${flag} wants a value\n\n${USAGE}`);
    if (known === "--port") options.port = port(value);
    else if (known === "--host") options.host = value;
    else if (known === "--data-dir") options.dataDir = value;
    else options.databaseUrl = databaseUrl(value);
  }
  return { kind: "start", options };
}

function port(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535) {
    throw new Error(`--port wants a number from 0 to 65535, got ${value}`);
  }
  return number;
}

function databaseUrl(value: string): string {
  if (!/^postgres(ql)?:\/\//.test(value)) {
    throw new Error("--database-url wants an address such as postgres://user:password@host:5432/database");
  }
  return value;
}
