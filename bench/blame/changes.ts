import {
  type Change,
  type ChangeKind,
  isCode,
  type Touched,
} from "../../supabase/functions/_shared/deployments/blame/types.ts";
import { WORDS_KEPT } from "../../supabase/functions/_shared/deployments/diffs/touched.ts";
import type { SimProject, SimService } from "./project.ts";
import type { Mix } from "./mixes.ts";
import type { Random } from "./random.ts";

/** A change as it really was. `reported` is what the monitored side tells of it, `effectiveAt` when it really reached traffic. */
export interface SimChange {
  reported: Change;
  service: SimService | null;
  kind: ChangeKind;
  effectiveAt: number;
  /** True share of its service's traffic by time. */
  steps: { at: number; share: number }[];
  faulty: boolean;
  files: string[];
  /** The functions that it touched in each of its files. */
  functions: Map<string, string[]>;
  /** Identifiers in the lines that it touched. */
  words: string[];
  keyName: string;
  revertedAt: number | null;
}

/** Base rate of faulty changes by kind, times the team's factor. */
export const FAULTY_RATE: Record<ChangeKind, number> = {
  deployment: 0.1,
  edge_function: 0.09,
  configuration: 0.06,
  flag: 0.07,
};
const KIND_WEIGHTS: Record<ChangeKind, number> = {
  deployment: 55,
  edge_function: 15,
  configuration: 18,
  flag: 12,
};

/** Identifiers in the touched lines of one function. */
const WORDS_OF_FUNCTION = 4;
/** Share of files whose diff does not show to which function every line belongs. */
const UNTOLD_SHARE = 0.25;

export const KEYS = [
  "PAYMENT_TIMEOUT_MS",
  "search_index_name",
  "MAIL_FROM_ADDRESS",
  "session_ttl",
  "feature_limits",
  "API_BASE_URL",
  "pool_size",
];
export const FLAGS = ["new-checkout", "fast-search", "dark-mode", "invoice-v2", "bulk-import", "smart-retry"];

let changeCount = 0;

export function makeChange(random: Random, project: SimProject, at: number, mix: Mix): SimChange {
  const kind = random.weighted(KIND_WEIGHTS);
  const global = (kind === "configuration" || kind === "flag") && random.chance(0.3);
  const service = global ? null : random.pick(project.services);
  const steps = rolloutSteps(random, kind, service, at);
  const files = isCode(kind) ? touchedFiles(random, service!) : [];
  const change = changeOf(random, { kind, service, steps, files }, mix);
  if (kind === "flag") {
    change.reported.value = !project.flags.get(change.keyName);
    project.flags.set(change.keyName, change.reported.value);
  }
  return { ...change, faulty: random.chance(FAULTY_RATE[kind] * project.failureFactor) };
}

/** Share of fixes that touch a file which their cause had touched. */
const FIXED_WHERE_BROKEN_SHARE = 0.85;

/** Code that mends what another change broke, mostly where that one had touched it. */
export function makeFix(random: Random, broken: SimChange, at: number, mix: Mix): SimChange {
  const { kind, service } = broken;
  const there = broken.files.length > 0 && random.chance(FIXED_WHERE_BROKEN_SHARE);
  const files = touchedFiles(random, service!).slice(0, 3);
  const parts = {
    kind,
    service,
    steps: [{ at, share: 1 }],
    files: there ? [random.pick(broken.files), ...files.slice(1)] : files,
  };
  return { ...changeOf(random, parts, mix), faulty: false };
}

function changeOf(
  random: Random,
  { kind, service, steps, files }: Pick<SimChange, "kind" | "service" | "steps" | "files">,
  mix: Mix,
): Omit<SimChange, "faulty"> {
  const id = `c${++changeCount}`;
  const functions = new Map(
    files.map((file) => [file, touchedFunctions(random, service!.functions.get(file)!)]),
  );
  const words = [...functions].flatMap(([file, names]) =>
    names.flatMap(() =>
      Array.from({ length: WORDS_OF_FUNCTION }, () => random.pick(service!.words.get(file)!))
    )
  );
  const knowsFiles = isCode(kind) && !random.chance(mix.unknownFilesShare);
  const knowsFunctions = knowsFiles && !random.chance(mix.unknownFunctionsShare);
  const keyName = isCode(kind) ? "" : `${random.pick(kind === "flag" ? FLAGS : KEYS)}`;

  // Platforms report a deployment somewhat after its first request; configuration is picked up within a minute.
  const effectiveAt = steps[0]!.at;
  const reportedAt = isCode(kind) ? effectiveAt + random.between(-2_000, 15_000) : effectiveAt;
  const version = isCode(kind) && service!.labelled ? `${service!.name}@${service!.versionCount++}` : null;
  const knowsSteps = kind === "flag" || (isCode(kind) && steps.length > 1);
  return {
    reported: {
      id,
      kind,
      service: service?.name ?? null,
      at: reportedAt,
      version,
      files: knowsFiles ? files : null,
      touched: knowsFunctions
        ? { functions: told(random, functions), words: [...new Set(words)].slice(0, WORDS_KEPT) }
        : null,
      value: null,
      names: isCode(kind) ? (kind === "edge_function" ? [service!.name] : []) : [keyName],
      rollout: knowsSteps
        ? steps.map((step) => ({ at: Math.max(step.at, reportedAt), share: step.share }))
        : [],
      risk: null,
      revertedAt: null,
    },
    service,
    kind,
    effectiveAt,
    steps,
    files,
    functions,
    words,
    keyName,
    revertedAt: null,
  };
}

function touchedFiles(random: Random, service: SimService): string[] {
  const count = Math.min(service.files.length, Math.ceil(random.logBetween(1, 25)));
  const files = new Set<string>();
  let folder = folderOf(random.pick(service.files));
  for (let tries = 0; files.size < count && tries < count * 4; tries++) {
    if (random.chance(0.25)) folder = folderOf(random.pick(service.files));
    files.add(random.pick(service.files.filter((file) => folderOf(file) === folder)));
  }
  return [...files];
}

/** One function mostly, seldom most of the file. */
function touchedFunctions(random: Random, functions: readonly string[]): string[] {
  const count = Math.min(functions.length, 1 + random.poisson(0.8));
  const touched = new Set<string>();
  while (touched.size < count) touched.add(random.pick(functions));
  return [...touched];
}

/** What a diff tells of the functions: of some files it does not show where every line belongs. */
function told(random: Random, functions: ReadonlyMap<string, string[]>): Touched["functions"] {
  return Object.fromEntries([...functions].map(([file, names]) => {
    const all = !random.chance(UNTOLD_SHARE);
    return [file, { names: all ? names : names.filter(() => random.chance(0.5)), all }];
  }));
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function rolloutSteps(
  random: Random,
  kind: ChangeKind,
  service: SimService | null,
  at: number,
): SimChange["steps"] {
  const gradual = kind === "flag" ? random.chance(0.5) : kind === "deployment" && service!.gradual;
  if (!gradual) return [{ at, share: 1 }];
  const shares = random.pick([[0.05, 0.25, 1], [0.1, 0.5, 1], [0.01, 0.1, 0.5, 1]]);
  const stepMs = random.between(4, 15) * 60_000;
  return shares.map((share, index) => ({ at: at + index * stepMs, share }));
}

/** True share of traffic at `now`. */
export function shareAt(change: SimChange, now: number): number {
  if (change.revertedAt !== null && now >= change.revertedAt) return 0;
  let share = 0;
  for (const step of change.steps) if (step.at <= now) share = step.share;
  return share;
}
