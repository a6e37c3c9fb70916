import type { Evidence, Facts } from "../diagnosis.ts";
import type { DatabaseInspection } from "./inspection.ts";

/** What a rule is told besides the snapshot: what the event itself says. */
export interface EvidenceContext {
  facts: Facts;
  /** The statement that failed, when the event has it. */
  statement: string | null;
  /** The event's texts in lower case. */
  texts: readonly string[];
}

/** One thing that the inspection shows, with the parameters of the action that would change it. */
export interface Finding {
  rule: string;
  /** How much it would explain an error that waits for the database, 0..1. */
  weight: number;
  evidence: Evidence;
  /** Taken over into the diagnosis as a whole or not at all. */
  facts: Facts;
  /** The action that these facts are for, and the parameters that it takes from them; null when none helps. */
  action: string | null;
}

/** One rule a file: pure, and silent when the snapshot shows nothing of its kind. Worst finding first. */
export type EvidenceRule = (inspection: DatabaseInspection, context: EvidenceContext) => Finding[];

/** Findings about the table that the event names are nearer than others. */
export function nearness(context: EvidenceContext, schema: string | null, relation: string | null): number {
  const named = context.facts.relation;
  if (typeof named !== "string" || relation === null) return 0;
  const sameSchema = typeof context.facts.schema !== "string" || schema === null ||
    context.facts.schema === schema;
  return named === relation && sameSchema ? NEAR : FAR;
}

const NEAR = 0.1;
const FAR = -0.25;

export function clampWeight(weight: number): number {
  return Math.round(Math.min(0.95, Math.max(0.05, weight)) * 1000) / 1000;
}

export function seconds(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 100) / 10} s`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
