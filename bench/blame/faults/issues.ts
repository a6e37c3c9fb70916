import type { Category } from "../../../supabase/functions/_shared/diagnose/diagnosis.ts";
import { folderOf } from "../changes.ts";
import { frameOf, type SimIssue, type SimService } from "../project.ts";
import type { Random } from "../random.ts";

/** Weights of the categories of errors, by what causes them. */
export type Kinds = Partial<Record<Category, number>>;

export const CODE: Kinds = {
  runtime: 40,
  validation: 14,
  frontend: 12,
  database: 13,
  authentication: 5,
  authorization: 3,
  configuration: 5,
  storage: 2,
  network: 3,
  resource: 3,
};
export const SETTING: Kinds = {
  configuration: 20,
  runtime: 25,
  authentication: 12,
  network: 12,
  dependency: 7,
  database: 8,
  validation: 10,
  rate_limit: 6,
};
export const OUTAGE: Kinds = {
  dependency: 40,
  network: 36,
  rate_limit: 9,
  authentication: 4,
  ai: 5,
  runtime: 6,
};
export const OVERLOAD: Kinds = {
  resource: 32,
  rate_limit: 20,
  database: 25,
  network: 15,
  runtime: 8,
};

/** A known issue of a kind that the cause can raise, if the service has one. */
function existingIssue(
  random: Random,
  service: SimService,
  kinds: Kinds,
): SimIssue | null {
  const fitting = service.background.filter(({ issue }) => kinds[issue.category] !== undefined);
  return fitting.length > 0 ? random.pick(fitting).issue : null;
}

/** In-app frames, culprit first, for a fault in `files`. */
export function framesFor(random: Random, files: readonly string[], service: SimService): string[] {
  const any = () => frameOf(random, random.pick(service.files));
  if (files.length === 0) return [any(), any()];
  const touched = () => frameOf(random, random.pick(files));
  const beside = () => {
    const folder = folderOf(random.pick(files));
    return frameOf(random, random.pick(service.files.filter((file) => folderOf(file) === folder)));
  };
  switch (random.weighted({ culprit: 56, stack: 14, beside: 13, other: 12, none: 5 })) {
    case "culprit":
      return [touched(), any(), any()];
    case "stack":
      return [any(), touched(), any()];
    case "beside":
      return [beside(), any()];
    case "other":
      return [any(), any()];
    case "none":
      return [];
  }
}

/** One to three issues that a cause raises in a service, new ones or known ones, with their shares. */
export function issuesOf(
  random: Random,
  service: SimService,
  newShare: number,
  kinds: Kinds,
  make: () => SimIssue,
): { issue: SimIssue; weight: number }[] {
  const issues: { issue: SimIssue; weight: number }[] = [];
  let left = 1;
  for (
    let count = random.weighted({ one: 60, two: 27, three: 13 }) === "one" ? 1 : random.integer(2, 3);
    count > 0;
    count--
  ) {
    const weight = count === 1 ? left : left * random.between(0.5, 0.9);
    left -= weight;
    const known = random.chance(newShare) ? null : existingIssue(random, service, kinds);
    issues.push({ issue: known ?? make(), weight });
  }
  return issues;
}
