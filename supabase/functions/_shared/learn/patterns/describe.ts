import type { LearntAction } from "./cluster.ts";
import type { LearntConditions } from "./generalise.ts";
import type { Observation } from "./shape.ts";

const SEVERITIES = ["critical", "high", "medium", "low"] as const;

/** What people read about a learnt pattern; made of its conditions alone, so it names no project either. */
export interface Description {
  slug: string;
  title: string;
  explanation: string;
  category: string;
  severity: (typeof SEVERITIES)[number];
}

/** Longest part of a title that comes from a message. */
const TITLE_PHRASE = 80;
const SLUG_WORDS = 5;

/**
 * @param guess the category of an error with these words, for when the diagnoses did not tell
 */
export function describe(
  conditions: LearntConditions,
  actions: readonly LearntAction[],
  observations: readonly Observation[],
  guess: (words: readonly string[]) => string,
): Description {
  const clause = conditions.anyOf[0] ?? {};
  const phrase = clause.messages?.[0] ?? "";
  const name = [clause.types?.[0], clause.codes?.[0]?.toUpperCase()].filter((part) => part !== undefined);
  const words = phrase.replaceAll("*", " … ").slice(0, TITLE_PHRASE).trim();
  const title = [name.join(" "), words].filter((part) => part !== "").join(": ");
  const projects = new Set(observations.map(({ projectId }) => projectId)).size;
  const told = mostFrequent(
    observations.map(({ shape }) => shape.category).filter((category) => category !== "unknown"),
  );
  const vocabulary = [...(clause.types ?? []), ...(clause.codes ?? []), ...phrase.split(/[\s*]+/)];
  return {
    slug: slugOf(conditions, vocabulary),
    title: title.charAt(0).toUpperCase() + title.slice(1),
    explanation: `Learnt from ${observations.length} fixes in ${projects} projects. ` +
      actions.map(({ action, reason }) => `${action}: ${reason}`).join(" "),
    category: told ?? guess(vocabulary),
    severity: SEVERITIES.find((severity) => observations.some(({ shape }) => shape.severity === severity)) ??
      "medium",
  };
}

/** The same conditions always have the same slug, in every installation. */
function slugOf(conditions: LearntConditions, words: readonly string[]): string {
  const plain = words.join(" ").toLowerCase().split(/[^a-z0-9]+/).filter((word) => word.length > 2);
  return ["learnt", ...plain.slice(0, SLUG_WORDS), hash(JSON.stringify(conditions))].join("-").slice(0, 120);
}

/** FNV-1a, 32 bits: short, and the same everywhere. A collision would only share a slug between two long names. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
}

function mostFrequent(values: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? null;
}
