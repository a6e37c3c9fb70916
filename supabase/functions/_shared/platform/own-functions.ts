/** Prunella's own edge functions, by the names of their folders. They watch over themselves, and are never taken back by themselves. */
export const OWN_FUNCTIONS: ReadonlySet<string> = new Set([
  "configuration",
  "control",
  "deployment-monitor",
  "healing-engine",
  "ingest",
  "issues",
  "metrics",
  "pattern-learning",
]);
