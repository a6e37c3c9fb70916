import type { Diagnosis } from "../diagnosis.ts";
import type { Reasoning, SimilarFixes } from "./reasoning.ts";

const TOLD_EVIDENCE = 4;
const TOLD_FIXES = 3;

/** What can be said about an issue without a model: the diagnosis, and what became of similar fixes. */
export function reasonByRules(diagnosis: Diagnosis, similar: SimilarFixes): Reasoning {
  const evidence = diagnosis.evidence.slice(0, TOLD_EVIDENCE).map(({ statement }) => statement);
  return {
    source: "rules",
    culprit: diagnosis.culprit,
    probableCause: diagnosis.probableCause,
    explanation: [...evidence, ...tellSimilar(similar)].join(" "),
    statedConfidence: null,
    proposals: [],
    rejected: [],
  };
}

const OUTCOMES = {
  succeeded: "resolved it",
  not_resolved: "did not resolve it",
  inconclusive: "could not be judged",
} as const;

/** Sentences about the past of similar issues, here and in all projects. */
export function tellSimilar({ own, pool }: SimilarFixes): string[] {
  const here = own.slice(0, TOLD_FIXES).map(({ action, outcome, title, fix_id }) =>
    `Fix ${fix_id}, ${action}, ${OUTCOMES[outcome]} when “${title.slice(0, 120)}” occurred.`
  );
  const everywhere = pool.slice(0, TOLD_FIXES).map(({ action, cause, successes, failures, project_count }) =>
    `Over ${project_count} ${
      project_count === 1 ? "project" : "projects"
    }, ${action} worked ${successes} times and failed ${failures} times on ${cause}.`
  );
  return [...here, ...everywhere];
}
