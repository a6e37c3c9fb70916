import type { StackFrame } from "../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Category } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import type { Mix } from "./mixes.ts";
import type { Random } from "./random.ts";

export interface SimIssue {
  id: string;
  service: string;
  category: Category;
  frames: StackFrame[];
  text: string;
  firstSeenAt: number | null;
}

/** An error that happens anyway: `rate` per request, sometimes in bursts. */
export interface BackgroundIssue {
  issue: SimIssue;
  rate: number;
  burstsPerDay: number;
  burst: { until: number; ratio: number } | null;
}

export interface SimService {
  name: string;
  /** Mean requests per second at the average hour. */
  rps: number;
  dailyAmplitude: number;
  /** Whether its traffic and events carry a version. */
  labelled: boolean;
  gradual: boolean;
  files: string[];
  /** Names of the functions of each file. */
  functions: Map<string, string[]>;
  /** Identifiers that its code speaks of, by file. */
  words: Map<string, string[]>;
  dependencies: string[];
  background: BackgroundIssue[];
  /** Index of its next version. */
  versionCount: number;
}

export interface SimProject {
  services: SimService[];
  dependencies: string[];
  /** Multiplies the failure rates of changes: teams differ. */
  failureFactor: number;
  changesPerDay: number;
  /** Which flags are on. */
  flags: Map<string, boolean>;
}

const SERVICE_NAMES = ["web", "checkout", "search", "billing", "mailer", "reports", "auth-hooks"];
const FOLDERS = [
  "routes",
  "lib",
  "db",
  "ui",
  "jobs",
  "models",
  "payments",
  "users",
  "orders",
  "notify",
  "hooks",
  "forms",
];
const STEMS = [
  ...[
    "index",
    "create",
    "update",
    "list",
    "client",
    "format",
    "parse",
    "session",
    "cache",
    "invoice",
    "cart",
    "token",
  ],
  ...["sync", "remove", "search", "upload", "address", "total", "tax", "stock", "labels", "export"],
];
const DEPENDENCIES = ["stripe", "sendgrid", "openai", "mapbox", "auth0", "algolia"];
const FLAKY: Partial<Record<Category, number>> = {
  runtime: 3,
  validation: 2,
  network: 2,
  frontend: 2,
  authentication: 1,
  database: 1,
  dependency: 1,
  rate_limit: 0.5,
};

let issueCount = 0;
export function newIssue(service: string, category: Category, frames: StackFrame[], text: string): SimIssue {
  return { id: `i${++issueCount}`, service, category, frames, text, firstSeenAt: null };
}

/** Share of frames in a callback or at the top level of a module, which have no name. */
const NAMELESS_SHARE = 0.15;

/** Paths as a bundler or a container shows them, which is not how the repository does. */
export function frameOf(random: Random, file: string, functions: readonly string[]): StackFrame {
  const path = random.pick([file, `webpack://_N_E/./${file}`, `/var/task/${file}`, `file:///app/${file}`]);
  const name = random.pick(functions);
  return { file: path, function: random.chance(NAMELESS_SHARE) ? null : name };
}

const FUNCTIONS = [
  "handler",
  "GET",
  "POST",
  "load",
  "save",
  "validate",
  "toRow",
  "fromRow",
  "total",
  "retry",
  "Form",
  "List",
  "useItems",
  "onSubmit",
  "parse",
  "encode",
];

/** Two to twelve functions; few names are so common that two files of a service share them. */
function functionsOf(random: Random): string[] {
  const count = Math.round(random.logBetween(2, 12));
  const names = new Set<string>();
  while (names.size < count) names.add(random.pick(FUNCTIONS));
  return [...names];
}

const NOUNS = [
  "tax",
  "cart",
  "order",
  "user",
  "plan",
  "seat",
  "quota",
  "locale",
  "address",
  "total",
  "price",
  "stock",
  "label",
  "shipment",
  "voucher",
  "refund",
  "ledger",
  "token",
  "device",
  "profile",
  "badge",
  "banner",
  "branch",
  "budget",
  "bundle",
  "cursor",
  "draft",
  "filter",
  "folder",
  "gift",
  "grant",
  "guest",
  "invoice",
  "journal",
  "listing",
  "member",
  "notice",
  "parcel",
  "payout",
  "ticket",
];
const ASPECTS = [
  "rate",
  "count",
  "items",
  "label",
  "limit",
  "status",
  "email",
  "amount",
  "owner",
  "kind",
  "started",
  "expiry",
  "rows",
  "source",
  "target",
  "parent",
  "weight",
  "version",
  "region",
  "notes",
];

/** Share of messages that speak of an identifier of the code. */
export const WORD_SHARE = 0.4;

function wordsOf(random: Random): string[] {
  return Array.from({ length: 20 }, () => `${random.pick(NOUNS)}_${random.pick(ASPECTS)}`);
}

function makeService(random: Random, name: string, mix: Mix): SimService {
  const folders = FOLDERS.filter(() => random.chance(0.6));
  if (folders.length === 0) folders.push("lib");
  const files: string[] = [];
  for (const folder of folders) {
    for (const stem of STEMS) if (random.chance(0.6)) files.push(`src/${name}/${folder}/${stem}.ts`);
  }
  files.push(`src/${name}/main.ts`);
  const functions = new Map(files.map((file) => [file, functionsOf(random)]));
  const words = new Map(files.map((file) => [file, wordsOf(random)]));
  const background: BackgroundIssue[] = [];
  for (let i = random.integer(2, 9); i > 0; i--) {
    const category = random.weighted(FLAKY);
    const frames = [0, 1].map(() => {
      const file = random.pick(files);
      return frameOf(random, file, functions.get(file)!);
    });
    const word = random.chance(WORD_SHARE) ? ` reading ${random.pick(words.get(random.pick(files))!)}` : "";
    const other = random.chance(0.08) ? ` calling ${random.pick(SERVICE_NAMES)}` : "";
    background.push({
      issue: newIssue(name, category, frames, `${category} error in ${name}${word}${other}`),
      rate: random.logBetween(1e-6, 1.5e-3),
      burstsPerDay: random.logBetween(0.01, 0.3),
      burst: null,
    });
  }
  return {
    name,
    rps: random.logBetween(0.3, 60),
    dailyAmplitude: random.between(0.2, 0.8),
    labelled: !random.chance(mix.unlabelledShare),
    gradual: random.chance(0.3),
    files,
    functions,
    words,
    dependencies: DEPENDENCIES.filter(() => random.chance(0.35)),
    background,
    versionCount: 1,
  };
}

export function makeProject(random: Random, mix: Mix): SimProject {
  const services = SERVICE_NAMES.slice(0, random.integer(3, SERVICE_NAMES.length)).map((name) =>
    makeService(random, name, mix)
  );
  return {
    services,
    dependencies: DEPENDENCIES,
    failureFactor: random.logBetween(0.6, 1.6),
    changesPerDay: random.between(15, 40),
    flags: new Map(),
  };
}

const DAY_MS = 86_400_000;

/** Requests per second at `now`: a daily wave with its peak in the afternoon, lower at weekends. */
export function expectedRps(service: SimService, now: number): number {
  const phase = ((now % DAY_MS) / DAY_MS) * 2 * Math.PI;
  const weekend = [0, 6].includes(new Date(now).getUTCDay()) ? 0.7 : 1;
  return service.rps * weekend * (1 - service.dailyAmplitude * Math.cos(phase - Math.PI / 6));
}
