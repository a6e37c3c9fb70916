import { categoryProbability } from "../priors.ts";
import { describe, type FactorRule } from "./factor.ts";

/** The category: what code, vendors, load and leaks each tend to break. */
export const category: FactorRule = ({ subject }) => {
  const seen = subject.facts?.category ?? null;
  return {
    name: "category",
    logLikelihood: (suspect) => seen === null ? 0 : Math.log(categoryProbability(seen, suspect.kind)),
    statement: (suspect) => `errors of category ${seen ?? "unknown"} against ${describe(suspect)}`,
  };
};
