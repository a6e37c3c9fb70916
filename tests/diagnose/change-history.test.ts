import { expect, test } from "vitest";
import type { Change } from "../../supabase/functions/_shared/diagnose/change.ts";
import { suspectChanges } from "../../supabase/functions/_shared/diagnose/changes.ts";
import { diagnose } from "../../supabase/functions/_shared/diagnose/diagnose.ts";
import { PATTERNS } from "../../supabase/functions/_shared/diagnose/patterns/catalogue.ts";
import { eventOfExample } from "../../supabase/functions/_shared/diagnose/patterns/example.ts";

const ONSET = "2026-01-01T12:00:00Z";
const at = (seconds: number) => new Date(Date.parse(ONSET) - seconds * 1000).toISOString();
const CONTEXT = {
  errorText: "TimeoutError: the operation timed out",
  category: "dependency" as const,
  firstSeenAt: ONSET,
  rateBefore: 0,
  rateAfter: 60,
};

function change(subject: string, version: number, secondsBefore: number, more: Partial<Change> = {}): Change {
  return {
    kind: "configuration",
    subject,
    version: String(version),
    previousVersion: String(version - 1),
    changedAt: at(secondsBefore),
    before: 10,
    after: 1,
    ...more,
  };
}

const probability = (changes: Change[], subject: string, version: number) =>
  suspectChanges(changes, ONSET, CONTEXT)
    .find((one) => one.subject === subject && one.version === String(version))?.probability ?? 0;

test("a change that was replaced before the errors began is hardly suspected", () => {
  const replaced = [change("app.pool", 2, 60), change("app.pool", 3, 30, { before: 1, after: 10 })];
  expect(probability([change("app.pool", 2, 60)], "app.pool", 2)).toBeGreaterThan(0.5);
  expect(probability(replaced, "app.pool", 2)).toBeLessThan(0.2);
});

test("a change that was replaced only after the errors began is suspected as before", () => {
  const changes = [change("app.pool", 2, 60), change("app.pool", 3, -4, { before: 1, after: 10 })];
  expect(probability(changes, "app.pool", 2)).toBeGreaterThan(0.3);
});

test("a change of another subject does not end one", () => {
  const changes = [change("app.pool", 2, 60), change("app.size", 3, 30)];
  expect(probability(changes, "app.pool", 2)).toBeGreaterThan(0.2);
});

test("a fault and its healing some seconds ago leave the next fault's cause in plain sight", () => {
  const past = [
    change("app.pool", 2, 60),
    change("app.pool", 3, 55, { before: 1, after: 10, record: "helped" }),
  ];
  const culprit = change("app.timeout", 2, 1, { before: 1000, after: 20 });
  expect(probability([...past, culprit], "app.timeout", 2)).toBeGreaterThan(0.9);
});

test("a change whose removal did not help gives way to the next suspect", () => {
  const decoy = change("app.timeout", 2, 2);
  const culprit = change("app.cache", 2, 2);
  expect(probability([decoy, culprit], "app.timeout", 2)).toBeGreaterThan(0.6);
  const acquitted = [{ ...decoy, record: "innocent" as const }, culprit];
  expect(probability(acquitted, "app.timeout", 2)).toBeLessThan(0.2);
  expect(probability(acquitted, "app.cache", 2)).toBeGreaterThan(0.8);
});

test("the reasons tell what fixes have shown", () => {
  const [suspect] = suspectChanges([change("app.timeout", 2, 2, { record: "helped" })], ONSET, CONTEXT);
  expect(suspect?.why).toContain("it was made by a fix that was seen to help");
});

test("undoing a change is less suspicious than the change, and doing it again is not", () => {
  const done = change("app.timeout", 2, 9, { before: 1000, after: 20 });
  const undone = change("app.timeout", 3, 6, { before: 20, after: 1000 });
  const again = change("app.timeout", 4, 3, { before: 1000, after: 20 });
  const alone = probability([{ ...undone, previousVersion: null }], "app.timeout", 3);
  expect(probability([done, undone], "app.timeout", 3)).toBeLessThan(alone - 0.2);
  const third = suspectChanges([done, undone, again], ONSET, CONTEXT).find(({ version }) => version === "4");
  expect(third?.why).toContain("the value went from 1000 to 20");
});

test("an issue that was resolved and came back with a change is that change's, however often it came before", () => {
  const now = new Date(Date.parse(ONSET) + 5_000);
  const issue = {
    firstSeenAt: at(600),
    episodeStartedAt: ONSET,
    eventCount: 200,
    userCount: 1,
    minuteCounts: [{ startedAt: at(120), count: 90 }, { startedAt: at(60), count: 90 }, {
      startedAt: ONSET,
      count: 3,
    }],
  };
  const diagnosed = (isBack: boolean) =>
    diagnose({
      now,
      event: eventOfExample({ type: "TimeoutError", message: "the operation timed out" }),
      issue: { ...issue, isBack },
      traffic: null,
      patterns: PATTERNS,
      changes: [change("app.timeout", 2, 1, { before: 1000, after: 20 })],
      inspection: null,
    }).changes[0]?.probability ?? 0;
  expect(diagnosed(true)).toBeGreaterThan(0.9);
  expect(diagnosed(false)).toBeLessThan(0.1);
});

test("a change that is probably not the cause names no setting to act on", () => {
  const settingOf = (suspect: Change) =>
    diagnose({
      now: new Date(ONSET),
      event: eventOfExample({ type: "Error", message: "payments responded with 503", status: 503 }),
      issue: { firstSeenAt: ONSET, episodeStartedAt: ONSET, eventCount: 9, userCount: 1, minuteCounts: [] },
      traffic: null,
      patterns: PATTERNS,
      changes: [suspect],
      inspection: null,
    }).facts.setting;
  expect(settingOf(change("app.pool", 2, 2))).toBe("app.pool");
  expect(settingOf(change("app.pool", 2, 1800, { before: 10, after: 12 }))).toBeUndefined();
});
