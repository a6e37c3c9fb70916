import { CATEGORIES, type Category } from "../../diagnose/diagnosis.ts";
import { lastCall } from "../../signals/calls.ts";
import { namesOf } from "../blame/factors/source.ts";
import { BIN_MS } from "../blame/state.ts";
import type {
  Change,
  EventCount,
  IssueFacts,
  Observation,
  Sample,
  StackFrame,
  TrafficCount,
} from "../blame/types.ts";
import type { DeploymentRow } from "../store.ts";
import type { BlameRows } from "../store-blame.ts";
import { type EdgeFunctions, edgeFunctionsOf } from "./edge-functions.ts";
import { isProduction, labelOf, type Labels, labelsOf } from "./labels.ts";

/** Requests and failures of a minute and label that were observed already. */
export type SeenTraffic = Record<string, [number, number]>;

export interface Observed {
  /** Everything since the last look; times inside are ms. */
  observation: Observation;
  seen: SeenTraffic;
}

const MINUTE_MS = 60_000;
/** A deployment under another platform's name is the same one when both name the commit within so long. */
const SAME_DEPLOYMENT_MS = 15 * MINUTE_MS;
const FRAMES_LIMIT = 30;
const TEXT_LIMIT = 2_000;

/**
 * What the database counted, as blame wants it. Minutes hold totals, so only what they grew by since the last look is passed on, spread
 * over the part of the minute that the look covers: blame compares events with requests in intervals of ten seconds.
 *
 * @param serviceOfKnown the service of an issue that an earlier look told blame of
 */
export function observed(
  rows: BlameRows,
  deployments: readonly DeploymentRow[],
  seen: SeenTraffic,
  since: number,
  until: number,
  serviceOfKnown: (issue: string) => string | null = () => null,
): Observed {
  const production = withoutTwins(deployments.filter(({ environment }) => isProduction(environment)));
  const labels = labelsOf(production);
  const nextSeen: SeenTraffic = {};
  const traffic: TrafficCount[] = [];
  for (const [minute, release, environment, requests, failures] of rows.traffic) {
    if (!isProduction(environment)) continue;
    const key = `${minute}|${release}|${environment}`;
    const [before, failedBefore] = seen[key] ?? [0, 0];
    nextSeen[key] = [requests, failures];
    traffic.push(...spread(
      {
        at: Date.parse(minute),
        service: labels.serviceOf(release),
        version: labels.labelOf(release),
        requests: Math.max(0, requests - before),
        failures: Math.max(0, failures - failedBefore),
      },
      since,
      until,
    ));
  }
  const served = new Set(rows.traffic.map(([, release]) => labels.serviceOf(release)));
  const functions = edgeFunctionsOf(production, served);
  const issues = rows.issues.map((issue) => factsOf(issue, labels, functions));
  const services = new Map(issues.map(({ id, service }) => [id, service]));
  const events = rows.events.filter(([, , , environment]) => isProduction(environment)).map((
    [id, moment, release, , count],
  ): EventCount => {
    const [issue, at] = [String(id), Date.parse(moment)];
    const service = services.get(issue) ?? serviceOfKnown(issue);
    const isOwn = labels.deploymentOf(release)?.service === service;
    const ofFunction = service === null || isOwn ? null : functions.labelAt(service, at);
    return { at, issue, version: ofFunction ?? labels.labelOf(release), count };
  });
  const labelled = labelledServices(production, [
    ...rows.traffic.filter(([, , environment]) => isProduction(environment)).map(([, release]) =>
      labels.labelOf(release)
    ),
    ...events.map(({ version }) => version),
  ]);
  return {
    observation: {
      at: until,
      changes: [
        ...production.flatMap((one) => deploymentChange(one, labelled)),
        ...configurationChanges(rows),
      ],
      issues,
      traffic,
      events,
      samples: rows.samples.filter(([, , , environment]) => isProduction(environment)).map(sampleOf),
      dependencies: rows.breakers.map(({ name, state, at }) => ({
        name,
        state: state === "open" ? "down" : state === "half_open" ? "degraded" : "up",
        source: "calls",
        at: Date.parse(at),
      })),
    },
    seen: nextSeen,
  };
}

/** One deployment that two platforms report would share the blame with itself: GitHub's report gives way. */
export function withoutTwins(deployments: readonly DeploymentRow[]): DeploymentRow[] {
  return deployments.filter((one) =>
    one.target !== "github" ||
    !deployments.some((other) =>
      other.target !== "github" && other.commit_sha !== null && other.commit_sha === one.commit_sha &&
      Math.abs(timeOf(other) - timeOf(one)) < SAME_DEPLOYMENT_MS
    )
  );
}

function timeOf({ promoted_at, created_at }: DeploymentRow): number {
  return Date.parse(promoted_at ?? created_at);
}

/** A minute's counts in intervals of ten seconds, as evenly as whole numbers allow. */
function spread(count: TrafficCount, since: number, until: number): TrafficCount[] {
  if (count.requests === 0 && count.failures === 0) return [];
  // A minute that was over at the last look is heard of late, as a whole.
  const isLate = count.at + MINUTE_MS <= since;
  const from = isLate ? count.at : Math.max(count.at, since);
  const to = Math.max(from + 1, Math.min(count.at + MINUTE_MS, until));
  const steps = Math.max(1, Math.ceil((to - from) / BIN_MS));
  const part = (total: number, step: number) =>
    Math.round((total * (step + 1)) / steps) - Math.round((total * step) / steps);
  return Array.from({ length: steps }, (_, step) => ({
    ...count,
    at: from + step * BIN_MS,
    requests: part(count.requests, step),
    failures: part(count.failures, step),
  })).filter(({ requests, failures }) => requests > 0 || failures > 0);
}

/**
 * Services whose traffic or events bear labels of their deployments. There a deployment whose own label nobody bears (yet, or any more)
 * reaches nobody; elsewhere a label cannot tell reached traffic from other traffic.
 */
function labelledServices(
  deployments: readonly DeploymentRow[],
  borne: readonly (string | null)[],
): ReadonlySet<string> {
  const used = new Set(borne);
  return new Set(deployments.filter((one) => used.has(labelOf(one))).map(({ service }) => service));
}

function deploymentChange(row: DeploymentRow, labelled: ReadonlySet<string>): Change[] {
  if (row.promoted_at === null) return [];
  const isFunction = row.target === "supabase";
  const label = labelOf(row);
  // Functions are seldom labelled; one whose errors bear its version (`slug@3`) is told apart like anything else.
  const isLabelled = labelled.has(row.service);
  return [{
    id: deploymentId(row.id),
    kind: isFunction ? "edge_function" : "deployment",
    // Without labels nobody can tell which part of the traffic a service of its own has.
    service: isLabelled ? row.service : null,
    at: Date.parse(row.promoted_at),
    version: isLabelled ? label : null,
    files: row.files,
    touched: row.touched,
    value: null,
    names: isFunction ? [row.service] : [],
    rollout: row.rollout.map(({ at, share }) => ({ at: Date.parse(at), share })),
    risk: row.risk,
    revertedAt: row.rolled_back_at === null ? null : Date.parse(row.rolled_back_at),
  }];
}

function configurationChanges({ configuration }: BlameRows): Change[] {
  return configuration.map(({ key, version, at, flag, steps, replaced_at }) => ({
    id: configurationId(key, version),
    kind: flag === null ? "configuration" : "flag",
    service: null,
    at: Date.parse(at),
    version: null,
    files: null,
    touched: null,
    value: flag,
    names: [key, key.slice(key.lastIndexOf(".") + 1)],
    rollout: steps.map(({ at, share }) => ({ at: Date.parse(at), share })),
    risk: null,
    revertedAt: replaced_at === null ? null : Date.parse(replaced_at),
  }));
}

/** Ids of changes are the candidates of `deployment_error_correlations`. */
export function deploymentId(id: number): string {
  return `deployment:${id}`;
}

export function configurationId(key: string, version: number | string): string {
  return `configuration:${key}@${version}`;
}

function sampleOf([issue, at, , , user, url, flags, crumb]: BlameRows["samples"][number]): Sample {
  const call = crumb === null ? null : lastCall([crumb]);
  const isForeign = call !== null && call.host !== null && !isSameSite(call.host, url);
  return {
    at: Date.parse(at),
    issue: String(issue),
    user,
    flags,
    call: call === null ? null : { host: isForeign ? call.host : null, failed: isForeign && call.failed },
  };
}

/** Names under which everybody has a site of his own. */
const SHARED_SITES =
  /(?:^|\.)(?:vercel\.app|supabase\.(?:co|in)|netlify\.app|pages\.dev|workers\.dev|github\.io|onrender\.com|fly\.dev)$/;

/** Whether a call to `host` stays in the application that serves `url`: then it is the application that fails, nobody outside. */
function isSameSite(host: string, url: string | null): boolean {
  if (url === null || !URL.canParse(url)) return false;
  const own = new URL(url).hostname;
  const site = (name: string) => SHARED_SITES.test(name) ? name : name.split(".").slice(-2).join(".");
  return host === own || site(host) === site(own);
}

/** Names kept of the source around the frames of an issue: its frames are mostly of one file or two. */
const NAMES_LIMIT = 120;

/** Names in the source that the frames show, those of the innermost frame first. */
function sourceOf({ exceptions }: BlameRows["issues"][number]): string[] | null {
  const shown = exceptions.flatMap(({ frames }) =>
    [...frames].reverse().filter(({ inApp, contextLine }) => inApp !== false && contextLine)
  );
  if (shown.length === 0) return null;
  const names = new Set<string>();
  for (const { contextLine, preContext, postContext } of shown) {
    const lines = [contextLine!, ...[...preContext ?? []].reverse(), ...postContext ?? []];
    for (const name of namesOf(lines.join("\n"))) if (names.size < NAMES_LIMIT) names.add(name);
  }
  return [...names];
}

function factsOf(
  issue: BlameRows["issues"][number],
  labels: Labels,
  functions: EdgeFunctions,
): IssueFacts {
  const frames = issue.exceptions.flatMap(({ frames }) =>
    [...frames].reverse().flatMap(({ filename, function: name, inApp }): StackFrame[] =>
      filename && inApp !== false ? [{ file: filename, function: name ?? null }] : []
    )
  );
  const distinct = new Map(frames.map((frame) => [`${frame.file} ${frame.function}`, frame]));
  const said = issue.exceptions.flatMap(({ type, value }) => [type ?? "", value ?? ""]);
  return {
    id: String(issue.id),
    service: functions.raisedIn(frames.map(({ file }) => file)) ?? labels.serviceOf(issue.release),
    firstSeenAt: Date.parse(issue.first_seen_at),
    category: isCategory(issue.category) ? issue.category : "unknown",
    frames: [...distinct.values()].slice(0, FRAMES_LIMIT),
    source: sourceOf(issue),
    text: [issue.title, issue.message ?? "", ...said].join(" ").slice(0, TEXT_LIMIT),
  };
}

function isCategory(text: string): text is Category {
  return (CATEGORIES as readonly string[]).includes(text);
}
