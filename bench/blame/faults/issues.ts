import type { StackFrame } from "../../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Category } from "../../../supabase/functions/_shared/diagnose/diagnosis.ts";
import { folderOf, type SimChange } from "../changes.ts";
import { frameOf, type SimIssue, type SimService, WORD_SHARE } from "../project.ts";
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

/**
 * Share of faults in a touched file that show in a touched function of it. Of the defects that were reported with a stack, about 60 %
 * were mended in a function of that stack, and 40 % in the topmost one (Schroter, Bettenburg, Premraj 2010, _Do stack traces help
 * developers fix bugs?_): 0.72 of the shares of files below.
 */
const TOUCHED_FUNCTION_SHARE = 0.72;

/** In-app frames, culprit first, for a fault of `change`, or for one that no change made. */
export function framesFor(
  random: Random,
  change: Pick<SimChange, "files" | "functions"> | null,
  service: SimService,
): StackFrame[] {
  const at = (file: string) => frameOf(random, file, service.functions.get(file)!);
  const any = () => at(random.pick(service.files));
  const files = change?.files ?? [];
  if (!change || files.length === 0) return [any(), any()];
  const touched = () => {
    const file = random.pick(files);
    return random.chance(TOUCHED_FUNCTION_SHARE)
      ? frameOf(random, file, change.functions.get(file)!)
      : at(file);
  };
  const beside = () => {
    const folder = folderOf(random.pick(files));
    return at(random.pick(service.files.filter((file) => folderOf(file) === folder)));
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

/** An identifier that the message speaks of, mostly one of the touched lines where a change is the cause. */
export function wordFor(
  random: Random,
  change: Pick<SimChange, "words"> | null,
  service: SimService,
): string {
  if (!random.chance(WORD_SHARE)) return "";
  const own = change !== null && change.words.length > 0 && random.chance(0.6);
  return ` reading ${random.pick(own ? change.words : service.words.get(random.pick(service.files))!)}`;
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
