import type { Change, ChangeKind } from "../../supabase/functions/_shared/deployments/blame/types.ts";
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

const KEYS = [
  "PAYMENT_TIMEOUT_MS",
  "search_index_name",
  "MAIL_FROM_ADDRESS",
  "session_ttl",
  "feature_limits",
  "API_BASE_URL",
  "pool_size",
];
const FLAGS = ["new-checkout", "fast-search", "dark-mode", "invoice-v2", "bulk-import", "smart-retry"];

let changeCount = 0;

export function makeChange(random: Random, project: SimProject, at: number, mix: Mix): SimChange {
  const kind = random.weighted(KIND_WEIGHTS);
  const global = (kind === "configuration" || kind === "flag") && random.chance(0.3);
  const service = global ? null : random.pick(project.services);
  const id = `c${++changeCount}`;
  const isCode = kind === "deployment" || kind === "edge_function";
  const files = isCode ? touchedFiles(random, service!) : [];
  const keyName = isCode ? "" : `${random.pick(kind === "flag" ? FLAGS : KEYS)}`;

  // Platforms report a deployment somewhat after its first request; configuration is picked up within a minute.
  const effectiveAt = at;
  const reportedAt = isCode ? at + random.between(-2_000, 15_000) : at;
  const steps = rolloutSteps(random, kind, service, effectiveAt);
  const version = isCode && service!.labelled ? `${service!.name}@${service!.versionCount++}` : null;
  const knowsSteps = kind === "flag" || (isCode && steps.length > 1);
  return {
    reported: {
      id,
      kind,
      service: service?.name ?? null,
      at: reportedAt,
      version,
      files: isCode && !random.chance(mix.unknownFilesShare) ? files : null,
      names: isCode ? (kind === "edge_function" ? [service!.name] : []) : [keyName],
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
    faulty: random.chance(FAULTY_RATE[kind] * project.failureFactor),
    files,
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
