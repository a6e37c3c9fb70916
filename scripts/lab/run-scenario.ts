import { pause } from "../../examples/shop/configuration.ts";
import type { Platform } from "../platform/start.ts";
import type { BaselineOutcome, Outcome, TriedAction } from "./outcome.ts";
import { startReviewer } from "./reviewer.ts";
import type { Scenario, World } from "./scenario.ts";
import { baseline, type OpenWard, openWard } from "./ward.ts";

export interface LabOptions {
  platform: Platform;
  databaseUrl: string;
  seed: number;
  /** How long the reviewer thinks before approving, in milliseconds; null: there is none. */
  reviewMs: number | null;
  /** How long baselines are observed, in milliseconds. */
  baselineMs: number;
  /** Told every turning point of a scenario, once it is over. */
  timeline?: (line: string) => void;
}

/** A fault is only seen against a healthy past. */
const HEALTHY_MS = 4_000;
const TIMEOUT_MS = 45_000;
const CALM_MS = 4_000;
/** How long after a success the customers are watched: if they still suffer, it was none. */
const AFTER_SUCCESS_MS = 6_000;
/** After it has healed Prunella may take so long to be sure. */
const VERIFY_MS = 100_000;
const LOOK_MS = 250;

let runs = 0;

/** Runs a scenario with Prunella in charge. */
export async function runScenario(options: LabOptions, scenario: Scenario): Promise<Outcome> {
  const { platform } = options;
  return await withWards(options, scenario, { heals: true, retries: 0 }, async (wards) => {
    const reviewer = options.reviewMs === null
      ? null
      : startReviewer(platform, wards.map(({ project }) => project.id), options.reviewMs);
    try {
      const { faultAt, world, objections } = await breakIt(wards, scenario);
      const calmMs = scenario.calmMs ?? CALM_MS;
      await until(
        () => wards.every(({ truth }) => truth.healedAt(faultAt, calmMs) !== null),
        faultAt + (scenario.timeoutMs ?? TIMEOUT_MS),
      );
      await untilVerified(platform, wards, scenario);
      await pause(Math.max(AFTER_SUCCESS_MS, calmMs));
      await scenario.afterwards?.(world);
      if (options.timeline) await tellTimeline(platform, wards, faultAt, options.timeline);
      return await outcomeOf(platform, wards, scenario, faultAt, objections);
    } finally {
      await reviewer?.stop();
    }
  });
}

/** Runs a scenario in which Prunella only records. */
export async function runBaseline(
  options: LabOptions,
  scenario: Scenario,
  retries: number,
): Promise<BaselineOutcome> {
  return await withWards(options, scenario, { heals: false, retries }, async (wards) => {
    const { faultAt } = await breakIt(wards, scenario);
    await pause(faultAt + options.baselineMs - Date.now());
    const now = Date.now();
    const counts = wards.map(({ truth }) => truth.counts(faultAt, now));
    const sum = (of: "failed" | "total") => counts.reduce((total, each) => total + each[of], 0);
    const healedAt = wards.map(({ truth }) =>
      truth.brokenSince(faultAt) === null ? faultAt : truth.healedAt(faultAt, scenario.calmMs ?? CALM_MS)
    );
    const healed = healedAt.every((at) => at !== null);
    return {
      name: scenario.name,
      healed,
      healed_ms: healed ? Math.max(...healedAt.map((at) => at ?? 0)) - faultAt : null,
      failed_share: Math.round((sum("failed") / Math.max(1, sum("total"))) * 1000) / 1000,
    };
  });
}

async function withWards<T>(
  { platform, databaseUrl, seed }: LabOptions,
  scenario: Scenario,
  { heals, retries }: { heals: boolean; retries: number },
  work: (wards: [OpenWard, ...OpenWard[]]) => Promise<T>,
): Promise<T> {
  const wards: OpenWard[] = [];
  try {
    for (let index = 0; index < (scenario.wards ?? 1); index++) {
      const slug = `lab-${scenario.name}-${++runs}`;
      wards.push(
        await openWard({ platform, databaseUrl, scenario, slug, heals, retries, seed: seed + index }),
      );
    }
    await baseline(wards, HEALTHY_MS);
    return await work(wards as [OpenWard, ...OpenWard[]]);
  } finally {
    await Promise.all(wards.map((ward) => ward.close()));
  }
}

async function breakIt(
  wards: [OpenWard, ...OpenWard[]],
  scenario: Scenario,
): Promise<{ faultAt: number; world: World; objections: string[] }> {
  let faultAt: number | null = null;
  const objections: string[] = [];
  const world: World = {
    wards,
    begin: () => {
      faultAt = Date.now();
    },
    pause,
    object: (what) => {
      objections.push(what);
    },
  };
  await scenario.break(world);
  return { faultAt: faultAt ?? Date.now(), world, objections };
}

async function until(isTrue: () => boolean | Promise<boolean>, deadline: number): Promise<boolean> {
  while (Date.now() < deadline) {
    if (await isTrue()) return true;
    await pause(LOOK_MS);
  }
  return false;
}

/** Nothing is under way any more: every fix has ended, one way or the other. */
async function untilVerified(
  platform: Platform,
  wards: readonly OpenWard[],
  scenario: Scenario,
): Promise<void> {
  if (!scenario.healable) return;
  await until(async () => {
    const [row] = await platform.sql(
      `select count(*)::int as count from public.auto_fixes
       where project_id = any ($1) and state in ('approved', 'applying', 'verifying', 'rolling_back')`,
      [wards.map(({ project }) => project.id)],
    );
    return row?.count === 0;
  }, Date.now() + VERIFY_MS);
}

async function tellTimeline(
  platform: Platform,
  wards: readonly OpenWard[],
  faultAt: number,
  tell: (line: string) => void,
): Promise<void> {
  for (const { project } of wards) {
    const points = await platform.sql(
      "select kind, issue_id, summary, happened_at from public.turning_points where project_id = $1 and happened_at > $2 order by id",
      [project.id, new Date(faultAt - 1_000)],
    );
    for (const { kind, issue_id, summary, happened_at } of points) {
      const seconds = (Date.parse(String(happened_at)) - faultAt) / 1000;
      const issue = issue_id === null ? "" : ` (issue ${issue_id})`;
      tell(`    ${seconds.toFixed(1)} s  ${project.slug}${issue} ${kind}: ${summary}`);
    }
  }
}

async function outcomeOf(
  platform: Platform,
  wards: readonly OpenWard[],
  scenario: Scenario,
  faultAt: number,
  objections: string[],
): Promise<Outcome> {
  const ids = wards.map(({ project }) => project.id);
  const since = (at: unknown) =>
    at === null || at === undefined ? null : Math.round(Date.parse(String(at)) - faultAt);
  const worst = (rows: unknown[]) =>
    rows.length < wards.length ? null : Math.max(...rows.map((at) => since(at) ?? 0));
  const fixes = await platform.sql(
    `select project_id, action, target_key, state, automatic, applied_at, finished_at, informational, outcome from public.auto_fixes
     where project_id = any ($1) order by id`,
    [ids],
  );
  const firsts = await platform.sql(
    `select i.project_id, min(i.first_seen_at) as detected_at,
       (select min(d.created_at) from public.decisions as d where d.project_id = i.project_id) as decided_at
     from public.detected_errors as i where i.project_id = any ($1) group by i.project_id`,
    [ids],
  );
  const actions = fixes.filter(({ informational }) => informational !== true);
  const helped = actions.filter(({ outcome }) => outcome === "succeeded");
  const healedAt = wards.map(({ truth }) => truth.healedAt(faultAt, scenario.calmMs ?? CALM_MS));
  const noticed = wards.map(({ truth }) => truth.brokenSince(faultAt));
  if (noticed.includes(null)) objections.push("customers noticed nothing: this was no fault");
  const failedAt = wards.map(({ truth }) => truth.firstFailure(faultAt));
  const detectedMs = worst(firsts.map(({ detected_at }) => detected_at));
  if (firsts.some(({ detected_at }) => Number(since(detected_at)) < 0)) {
    objections.push("an issue was open before the fault: the shop was not well");
  }
  const healed = healedAt.every((at) => at !== null);
  const falseHeals = helped.filter((fix) => {
    const at = Date.parse(String(fix.finished_at));
    const ward = wards.find(({ project }) => project.id === fix.project_id);
    return ward?.truth.isBroken(at, at + Math.max(AFTER_SUCCESS_MS, scenario.calmMs ?? 0)) ?? false;
  }).length;
  return {
    name: scenario.name,
    title: scenario.title,
    healable: scenario.healable,
    configuration: scenario.isConfiguration ?? false,
    healed,
    noticed_ms: noticed.includes(null) ? null : Math.max(...noticed.map((at) => at ?? 0)) - faultAt,
    first_failure_ms: failedAt.includes(null) ? null : Math.max(...failedAt.map((at) => at ?? 0)) - faultAt,
    detected_ms: detectedMs,
    decided_ms: worst(firsts.map(({ decided_at }) => decided_at)),
    healed_ms: healed ? Math.max(...healedAt.map((at) => at ?? 0)) - faultAt : null,
    verified_ms: worst(helped.map(({ finished_at }) => finished_at)),
    alone: helped.length > 0 && helped.every(({ automatic }) => automatic === true),
    actions: actions.map((fix): TriedAction => ({
      action: String(fix.action),
      target: String(fix.target_key),
      state: String(fix.state),
      automatic: fix.automatic === true,
      applied_ms: since(fix.applied_at),
      ended_ms: since(fix.finished_at),
    })),
    false_heals: falseHeals,
    informed: wards.reduce((sum, { messages }) => sum + messages.length, 0),
    objections,
  };
}
