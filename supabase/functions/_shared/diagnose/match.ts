import type { ErrorEvent } from "../signals/event.ts";
import type { PatternMatch } from "./diagnosis.ts";
import type { Clause, KnownPattern, PatternConditions } from "./patterns/pattern.ts";
import { globMatches, type Phrase, phraseIn, preparePhrase } from "./phrase.ts";
import { readEvent, type Reading } from "./reading/reading.ts";

/** Below this a fit is noise: a bare platform or a generic type. */
const STRENGTH_MINIMUM = 0.3;
/** Text never proves a cause. */
const STRENGTH_MAXIMUM = 0.999;
const MATCHES_LIMIT = 5;

/**
 * How much one condition that holds speaks for a pattern, 0..1. Codes are contracts of vendors and are strong; wording
 * changes between versions and is weaker, the more so the shorter it is; a status is shared by many causes.
 */
const WEIGHTS = {
  code: 0.92,
  mentionedCode: 0.85,
  type: 0.7,
  typeGlob: 0.5,
  genericType: 0.15,
  status: 0.6,
  statusClass: 0.4,
  host: 0.3,
  module: 0.3,
  platform: 0.1,
} as const;

/** Types that name a language's mechanism and not a cause. */
const GENERIC_TYPES = new Set(["error", "exception", "runtimeerror", "typeerror", "valueerror", "object"]);

interface CompiledClause extends Omit<Clause, "messages"> {
  phrases?: Phrase[];
}
interface Compiled {
  anyOf: CompiledClause[];
  noneOf: CompiledClause[];
}

const compiled = new WeakMap<PatternConditions, Compiled>();

/** What is known around the event: the weights of database findings by rule, 0..1. */
export interface Circumstances {
  findings?: Record<string, number>;
}

/** The patterns that fit the event, best first, at most five. Deterministic; cost is bounded whatever the patterns say. */
export function matchPatterns(
  event: ErrorEvent,
  patterns: readonly KnownPattern[],
  circumstances: Circumstances = {},
): PatternMatch[] {
  const reading = readEvent(event);
  const matches: PatternMatch[] = [];
  for (const pattern of patterns) {
    const fit = matchConditions(reading, pattern.match, circumstances);
    if (fit !== null && fit.strength >= STRENGTH_MINIMUM) {
      matches.push({ patternId: pattern.id ?? pattern.slug, slug: pattern.slug, ...fit });
    }
  }
  return matches
    .sort((a, b) => b.strength - a.strength || (a.slug < b.slug ? -1 : 1))
    .slice(0, MATCHES_LIMIT);
}

/** The best clause's strength and the reason for it, or null when no clause holds or one of `noneOf` does. */
export function matchConditions(
  reading: Reading,
  conditions: PatternConditions,
  circumstances: Circumstances = {},
): { strength: number; why: string } | null {
  const { anyOf, noneOf } = compile(conditions);
  let best: { strength: number; why: string } | null = null;
  for (const clause of anyOf) {
    const fit = matchClause(reading, clause, circumstances);
    if (fit !== null && (best === null || fit.strength > best.strength)) best = fit;
  }
  if (best === null || noneOf.some((clause) => matchClause(reading, clause, circumstances) !== null)) {
    return null;
  }
  return best;
}

interface Sign {
  weight: number;
  why: string;
}

function matchClause(
  reading: Reading,
  clause: CompiledClause,
  circumstances: Circumstances,
): { strength: number; why: string } | null {
  // Cheapest first: most clauses fail on their first condition.
  const checks: (Sign | null | undefined)[] = [];
  for (const check of [codeSign, statusSign, typeSign, findingSign, placeSign, messageSign]) {
    const sign = check(reading, clause, circumstances);
    if (sign === null) return null;
    checks.push(sign);
  }
  const signs = checks.filter((sign): sign is Sign => sign !== null && sign !== undefined);
  if (signs.length === 0) return null;
  // Noisy-or: independent signs each leave less doubt.
  const doubt = signs.reduce((left, sign) => left * (1 - sign.weight), 1);
  const strength = Math.round(Math.min(STRENGTH_MAXIMUM, 1 - doubt) * 1000) / 1000;
  return { strength, why: `The event has ${signs.map((sign) => sign.why).join(", ")}.` };
}

/** Each of these gives undefined where the clause asks for nothing, null where it asks in vain. */
function codeSign(reading: Reading, clause: CompiledClause): Sign | null | undefined {
  if (!clause.codes?.length) return undefined;
  const code = clause.codes.find((code) => reading.codes.has(code));
  if (code !== undefined) return { weight: WEIGHTS.code, why: `the code ${code.toUpperCase()}` };
  const mentioned = clause.codes.find((code) => reading.mentionedCodes.has(code));
  return mentioned === undefined
    ? null
    : { weight: WEIGHTS.mentionedCode, why: `the code ${mentioned.toUpperCase()} in its message` };
}

function statusSign(reading: Reading, clause: CompiledClause): Sign | null | undefined {
  if (!clause.statuses?.length) return undefined;
  for (const wanted of clause.statuses) {
    const isClass = wanted.endsWith("xx");
    const status = reading.statuses.find((status) =>
      isClass ? String(status)[0] === wanted[0] : String(status) === wanted
    );
    if (status !== undefined) {
      return { weight: isClass ? WEIGHTS.statusClass : WEIGHTS.status, why: `the HTTP status ${status}` };
    }
  }
  return null;
}

function typeSign(reading: Reading, clause: CompiledClause): Sign | null | undefined {
  if (!clause.types?.length) return undefined;
  for (const wanted of clause.types) {
    const type = reading.types.find((type) => globMatches(wanted, type));
    if (type !== undefined) {
      const weight = GENERIC_TYPES.has(wanted)
        ? WEIGHTS.genericType
        : wanted.includes("*")
        ? WEIGHTS.typeGlob
        : WEIGHTS.type;
      return { weight, why: `the type ${type}` };
    }
  }
  return null;
}

function placeSign(reading: Reading, clause: CompiledClause): Sign | null | undefined {
  const places = [
    { wanted: clause.hosts, found: reading.hosts, weight: WEIGHTS.host, noun: "the host" },
    { wanted: clause.modules, found: reading.modules, weight: WEIGHTS.module, noun: "the module" },
    { wanted: clause.platforms, found: [reading.platform], weight: WEIGHTS.platform, noun: "the platform" },
  ];
  let doubt = 1;
  const whys: string[] = [];
  for (const { wanted, found, weight, noun } of places) {
    if (!wanted?.length) continue;
    const place = found.find((place) => wanted.some((glob) => globMatches(glob, place)));
    if (place === undefined) return null;
    doubt *= 1 - weight;
    whys.push(`${noun} ${place}`);
  }
  return whys.length === 0 ? undefined : { weight: 1 - doubt, why: whys.join(", ") };
}

function findingSign(
  _: Reading,
  clause: CompiledClause,
  { findings = {} }: Circumstances,
): Sign | null | undefined {
  if (!clause.findings?.length) return undefined;
  const rule = clause.findings.find((rule) => (findings[rule] ?? 0) > 0);
  return rule === undefined ? null : { weight: findings[rule]!, why: `the database finding ${rule}` };
}

function messageSign(reading: Reading, clause: CompiledClause): Sign | null | undefined {
  if (!clause.phrases?.length) return undefined;
  let best: Phrase | null = null;
  for (const phrase of clause.phrases) {
    if (
      (best === null || phrase.literalLength > best.literalLength) &&
      reading.lowered.some((t) => phraseIn(phrase, t))
    ) {
      best = phrase;
    }
  }
  return best && { weight: messageWeight(best.literalLength), why: `the wording “${best.source}”` };
}

/** 6 characters: 0.63, 12: 0.72, 20: 0.79, 30: 0.85, at most 0.9. */
function messageWeight(literalLength: number): number {
  return 0.5 + 0.4 * (1 - Math.exp(-literalLength / 15));
}

function compile(conditions: PatternConditions): Compiled {
  const known = compiled.get(conditions);
  if (known) return known;
  const result: Compiled = {
    anyOf: conditions.anyOf.map(compileClause),
    noneOf: (conditions.noneOf ?? []).map(compileClause),
  };
  compiled.set(conditions, result);
  return result;
}

function compileClause(clause: Clause): CompiledClause {
  const { messages, ...rest } = clause;
  const lower = (list: string[] | undefined) => list?.map((item) => item.toLowerCase());
  return {
    ...rest,
    codes: lower(rest.codes),
    types: lower(rest.types),
    hosts: lower(rest.hosts),
    modules: lower(rest.modules),
    platforms: lower(rest.platforms),
    phrases: messages?.map(preparePhrase),
  };
}
