import { categorize } from "./category.ts";
import { CHANGE_WINDOW_MS, suspectChanges } from "./changes.ts";
import { findCulprit } from "./culprit.ts";
import { isDatabaseSymptom } from "./database-symptom.ts";
import type { Diagnosis, Facts, SuspectChange } from "./diagnosis.ts";
import { interpretInspection } from "./evidence/catalogue.ts";
import type { Finding } from "./evidence/finding.ts";
import { explain, probableCause } from "./explanation.ts";
import { extractFacts } from "./facts.ts";
import type { DiagnoseInput, KnownOnset } from "./input.ts";
import { matchPatterns } from "./match.ts";
import { type CountedInterval, fillIntervals, findOnset } from "./onset.ts";
import type { KnownPattern } from "./patterns/pattern.ts";
import { firstField } from "./reading/fields.ts";
import { readEvent } from "./reading/reading.ts";
import { type Impact, rateSeverity } from "./severity.ts";

const MINUTE_MS = 60_000;
/** Lighter findings are told but not acted on. */
const FACTS_WEIGHT = 0.5;
/** A change that probably is not the cause is no reason to touch what it changed. */
const SETTING_PROBABILITY = 0.5;
/** The present rate is that of these last minutes. */
const RECENT_MINUTES = 5;

/**
 * What is wrong, by rules alone: deterministic, the same input gives the same diagnosis. Each part explains itself in
 * `evidence`; `facts` holds what actions take as parameters.
 */
export function diagnose(input: DiagnoseInput): Diagnosis {
  const { event, inspection } = input;
  const reading = readEvent(event);
  const culprit = findCulprit(event);
  const told = extractFacts(event);

  const findings = inspection !== null && isDatabaseSymptom(event, told)
    ? interpretInspection(inspection, {
      facts: told,
      statement: firstField(reading.objects, ["query", "sql", "statement", "db.statement", "db.query.text"]),
      texts: reading.lowered,
    })
    : [];
  const patterns = matchPatterns(event, input.patterns, { findings: weights(findings) });
  const best = patterns[0] ?? null;
  const bestPattern = best === null ? null : input.patterns.find(({ slug }) => slug === best.slug) ?? null;

  const onset = onsetOf(input);
  const changes = input.suspects ? [...input.suspects] : suspectChanges(input.changes, onset.onsetAt, {
    errorText: [
      ...reading.types,
      ...reading.texts,
      ...reading.codes,
      culprit?.function ?? "",
      event.transaction ?? "",
    ].join(" "),
    category: bestPattern?.category ?? null,
    onsetUncertaintyMs: onset.uncertaintyMs,
    firstSeenAt: input.issue.firstSeenAt,
    rateBefore: onset.rateBefore,
    rateAfter: onset.rateAfter,
    ...(input.releases && { releases: input.releases }),
    ...(input.releaseTraffic && { releaseTraffic: input.releaseTraffic }),
  });

  const facts = completeFacts(told, findings, changes, bestPattern);
  const category = categorize({
    event,
    patternCategory: bestPattern?.category ?? null,
    configurationProbability: probabilityOf(changes, "configuration"),
    deploymentProbability: probabilityOf(changes, "deployment"),
    facts,
  });
  const impact = impactOf(input, onset.onsetAt);
  const { severity, reasons } = rateSeverity({
    event,
    pattern: best && bestPattern && { severity: bestPattern.severity, strength: best.strength },
    impact,
  });
  return {
    category,
    severity,
    culprit,
    probableCause: probableCause({ event, culprit, best, bestPattern, changes, findings }),
    patterns,
    changes,
    facts,
    evidence: explain({ input, onset, culprit, patterns, changes, findings, facts, severity, reasons }),
  };
}

/**
 * When it began: the moment at which the rate rose, or the start of the episode where the rate has been the same since.
 * The start is known exactly, the rise to the minute.
 */
function onsetOf({ now, issue }: DiagnoseInput): KnownOnset {
  const earliest = new Date(Math.max(Date.parse(issue.firstSeenAt), now.getTime() - CHANGE_WINDOW_MS))
    .toISOString();
  const counts = fillIntervals(issue.minuteCounts, earliest, now.toISOString(), MINUTE_MS);
  const rise = findOnset(counts, MINUTE_MS);
  const startMs = Date.parse(issue.episodeStartedAt);
  // Within the first minute it is the start itself, seen in coarser steps.
  if (rise !== null && Date.parse(rise.onsetAt) > startMs + MINUTE_MS) {
    const { onsetAt, uncertaintyMs, rateBefore, rateAfter } = rise;
    return { onsetAt, uncertaintyMs, rateBefore, rateAfter };
  }
  if (issue.isBack) {
    const since = counts.filter(({ startedAt }) => Date.parse(startedAt) + MINUTE_MS > startMs);
    return { onsetAt: issue.episodeStartedAt, uncertaintyMs: 0, rateBefore: 0, rateAfter: mean(since) };
  }
  const before = counts.filter(({ startedAt }) => Date.parse(startedAt) + MINUTE_MS <= startMs);
  const since = counts.slice(before.length);
  return {
    onsetAt: issue.episodeStartedAt,
    uncertaintyMs: 0,
    rateBefore: before.length === 0 && issue.firstSeenAt !== issue.episodeStartedAt ? null : mean(before),
    rateAfter: mean(since),
  };
}

function impactOf({ now, issue, traffic }: DiagnoseInput, onsetAt: string): Impact {
  const counts = fillIntervals(issue.minuteCounts, now.toISOString(), now.toISOString(), MINUTE_MS);
  return {
    ratePerMinute: mean(counts.slice(-RECENT_MINUTES)),
    userCount: issue.userCount,
    failingShare: traffic && traffic.requestCount > 0
      ? traffic.failedRequestCount / traffic.requestCount
      : null,
    requestCount: traffic?.requestCount ?? null,
    sinceOnsetMinutes: Math.max(0, now.getTime() - Date.parse(onsetAt)) / MINUTE_MS,
  };
}

function mean(counts: readonly CountedInterval[]): number {
  return counts.length === 0 ? 0 : counts.reduce((sum, { count }) => sum + count, 0) / counts.length;
}

/** The weight of each rule's worst finding. */
function weights(findings: readonly Finding[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { rule, weight } of findings) result[rule] = Math.max(result[rule] ?? 0, weight);
  return result;
}

function probabilityOf(changes: readonly SuspectChange[], kind: SuspectChange["kind"]): number {
  return changes.reduce((sum, change) => change.kind === kind ? sum + change.probability : sum, 0);
}

/** Categories in which the host is a dependency that may be cut off for a while. */
const DEPENDENCY_CATEGORIES = new Set(["dependency", "network", "rate_limit", "ai"]);

function completeFacts(
  told: Facts,
  findings: readonly Finding[],
  changes: readonly SuspectChange[],
  pattern: KnownPattern | null,
): Facts {
  const facts = { ...told };
  for (const finding of findings) {
    if (finding.weight < FACTS_WEIGHT) break;
    // Whole or not at all: the columns of one table must never meet the name of another.
    const isCompatible = Object.entries(finding.facts).every(([name, value]) =>
      !(name in facts) || facts[name] === null || JSON.stringify(facts[name]) === JSON.stringify(value)
    );
    if (isCompatible) Object.assign(facts, finding.facts);
  }
  if (!("breaker" in facts) && typeof facts.host === "string" && pattern !== null) {
    if (DEPENDENCY_CATEGORIES.has(pattern.category)) facts.breaker = facts.host;
  }
  const change = changes.find(({ kind }) => kind === "configuration");
  const named = facts.setting;
  const isLikely = (change?.probability ?? 0) >= SETTING_PROBABILITY;
  // The error may name the last part of the key alone.
  if (
    change &&
    (named === undefined ? isLikely : typeof named === "string" && change.subject.endsWith(`.${named}`))
  ) {
    facts.setting = change.subject;
  }
  return facts;
}
