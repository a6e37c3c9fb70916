export const USAGE = `Breaks a shop in many ways, and measures what Prunella makes of it.

Usage: npm run lab -- [options]

  --json                one JSON object instead of text
  --only <name>         this scenario alone; may be given more than once, or as a list with commas
  --list                the scenarios, without running them
  --seed <number>       of the customers' choices (default 1)
  --database-url <url>  a Postgres >= 15 to work in (default: a throwaway server of its own)
  --lanes <number>      scenarios at the same time (default 2)
  --review-ms <number>  how long the reviewer thinks before approving what waits (default 2000)
  --no-reviewer         nobody approves anything
  --timeline            also what Prunella noted down about each scenario
  --no-baselines        without the comparison with doing nothing and with retrying only
  --help                this text`;

export interface LabArguments {
  json: boolean;
  list: boolean;
  only: string[];
  seed: number;
  databaseUrl?: string;
  lanes: number;
  reviewMs: number | null;
  baselines: boolean;
  timeline: boolean;
}

export type Parsed = { kind: "help" } | { kind: "run"; options: LabArguments };

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseArguments(args: readonly string[]): Parsed {
  const options: LabArguments = {
    json: false,
    list: false,
    only: [],
    seed: 1,
    lanes: 2,
    reviewMs: 2_000,
    baselines: true,
    timeline: false,
  };
  const rest = args.flatMap((argument) => {
    const [, name, value] = /^(--[a-z-]+)=(.*)$/.exec(argument) ?? [];
    return name === undefined ? [argument] : [name, value ?? ""];
  });
  while (rest.length > 0) {
    const flag = rest.shift() ?? "";
    const value = () => {
      const given = rest.shift();
      if (!given) throw new Error(`${flag} wants a value\n\n${USAGE}`);
      return given;
    };
    switch (flag) {
      case "--help":
      case "-h":
        return { kind: "help" };
      case "--json":
        options.json = true;
        break;
      case "--list":
        options.list = true;
        break;
      case "--no-reviewer":
        options.reviewMs = null;
        break;
      case "--no-baselines":
        options.baselines = false;
        break;
      case "--timeline":
        options.timeline = true;
        break;
      case "--only":
        options.only.push(...value().split(",").filter(Boolean));
        break;
      case "--database-url":
        options.databaseUrl = value();
        break;
      case "--seed":
        options.seed = whole(flag, value(), 0);
        break;
      case "--lanes":
        options.lanes = whole(flag, value(), 1);
        break;
      case "--review-ms":
        options.reviewMs = whole(flag, value(), 0);
        break;
      default:
        throw new Error(`Unknown option ${flag}\n\n${USAGE}`);
    }
  }
  return { kind: "run", options };
}

function whole(flag: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least) return number;
  throw new Error(`${flag} wants a whole number of at least ${least}, got ${text}`);
}
