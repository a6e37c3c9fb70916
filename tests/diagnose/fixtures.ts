import type { ErrorEvent, Frame } from "../../supabase/functions/_shared/signals/event.ts";
import {
  type DatabaseInspection,
  databaseInspectionSchema,
} from "../../supabase/functions/_shared/diagnose/evidence/inspection.ts";
import type { EvidenceContext } from "../../supabase/functions/_shared/diagnose/evidence/finding.ts";
import { eventOfExample } from "../../supabase/functions/_shared/diagnose/patterns/example.ts";
import type { ExampleEvent } from "../../supabase/functions/_shared/diagnose/patterns/pattern.ts";

export const NOW = new Date("2026-03-01T12:00:00.000Z");

/** `at(-30)` is 30 seconds before NOW. */
export function at(seconds: number): string {
  return new Date(NOW.getTime() + seconds * 1000).toISOString();
}

export function event(example: ExampleEvent, more: Partial<ErrorEvent> = {}): ErrorEvent {
  return { ...eventOfExample(example), ...more };
}

export function frame(more: Partial<Frame>): Frame {
  return {
    function: null,
    module: null,
    filename: null,
    absPath: null,
    line: null,
    column: null,
    inApp: null,
    contextLine: null,
    preContext: [],
    postContext: [],
    ...more,
  };
}

/** As the database would send it, with the defaults that the schema fills in. */
export function inspection(more: Record<string, unknown> = {}): DatabaseInspection {
  return databaseInspectionSchema.parse({ inspected_at: NOW.toISOString(), ...more });
}

export const CONTEXT: EvidenceContext = { facts: {}, statement: null, texts: [] };
