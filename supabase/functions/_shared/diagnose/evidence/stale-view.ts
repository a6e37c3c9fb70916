import { clampWeight, type EvidenceRule } from "./finding.ts";

/** A view that was refreshed within this time is as fresh as schedules commonly make it. */
const FRESH_MS = 24 * 60 * 60 * 1000;

/** Materialized views that were never filled, or not refreshed for long. */
export const staleView: EvidenceRule = ({ stale_views, inspected_at }, context) =>
  stale_views
    .map((view) => {
      const ageMs = view.refreshed_at === null
        ? null
        : Date.parse(inspected_at) - Date.parse(view.refreshed_at);
      const isNamed = context.facts.view === view.relation || context.facts.relation === view.relation;
      return { view, ageMs, isNamed };
    })
    .filter(({ view, ageMs }) => !view.populated || (ageMs !== null && ageMs > FRESH_MS))
    .map(({ view, ageMs, isNamed }) => ({
      rule: "stale-view",
      weight: clampWeight((view.populated ? 0.4 : 0.7) + (isNamed ? 0.25 : -0.35)),
      evidence: {
        kind: "database" as const,
        statement: view.populated
          ? `The materialized view ${view.schema}.${view.relation} was refreshed ${
            Math.round((ageMs ?? 0) / 3_600_000)
          } h ago.`
          : `The materialized view ${view.schema}.${view.relation} was never filled and cannot be read.`,
        data: { ...view },
      },
      facts: { schema: view.schema, view: view.relation, view_stale: true },
      action: "postgres.refresh-view",
    }))
    .sort((a, b) => b.weight - a.weight);
