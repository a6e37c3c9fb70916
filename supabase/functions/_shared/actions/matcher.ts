import { z } from "zod";
import { CATEGORIES, type Diagnosis } from "../diagnose/diagnosis.ts";

const words = z.array(z.string().min(1).max(200)).min(1).max(50);

/**
 * When a declared setting or runbook is worth trying: every field that is given must match, and a field matches when
 * one of its values does. `facts` compares other facts of the diagnosis, e.g. `{ "queue": ["emails"] }`.
 */
export const whenSchema = z.strictObject({
  categories: z.array(z.enum(CATEGORIES)).min(1).optional(),
  patterns: words.optional(),
  hosts: words.optional(),
  sqlstates: words.optional(),
  facts: z.record(z.string(), words).optional(),
}).refine((when) => Object.keys(when).length > 0, "Say at least one thing that must match.");

export type When = z.infer<typeof whenSchema>;

/** Whether the diagnosis is one that `when` describes. No `when` matches nothing: silence is not consent. */
export function matchesWhen(when: When | undefined, diagnosis: Diagnosis): boolean {
  if (!when) return false;
  const { facts } = diagnosis;
  return (when.categories?.includes(diagnosis.category) ?? true) &&
    (when.patterns?.some((slug) => diagnosis.patterns.some((match) => match.slug === slug)) ?? true) &&
    includesFact(when.hosts, facts.host) &&
    includesFact(when.sqlstates, facts.sqlstate) &&
    Object.entries(when.facts ?? {}).every(([name, values]) => includesFact(values, facts[name]));
}

function includesFact(wanted: string[] | undefined, fact: Diagnosis["facts"][string] | undefined): boolean {
  if (!wanted) return true;
  if (fact === null || fact === undefined) return false;
  const found = Array.isArray(fact) ? fact : [String(fact)];
  return found.some((value) => wanted.includes(value));
}
