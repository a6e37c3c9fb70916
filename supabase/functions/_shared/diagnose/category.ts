import type { ErrorEvent } from "../signals/event.ts";
import type { Category, Facts } from "./diagnosis.ts";

/** A configuration change this probable is the cause whatever the symptom: the category is that of the cause. */
export const CAUSE_PROBABILITY = 0.7;

export interface CategoryInput {
  event: ErrorEvent;
  /** The best pattern's category, if any fits. */
  patternCategory: Category | null;
  /** Probability of the most probable configuration and deployment change. */
  configurationProbability: number;
  deploymentProbability: number;
  facts: Facts;
}

/** What kind of thing went wrong. The cause goes before the symptom, a pattern before what the codes alone suggest. */
export function categorize(input: CategoryInput): Category {
  const { configurationProbability, deploymentProbability } = input;
  if (Math.max(configurationProbability, deploymentProbability) >= CAUSE_PROBABILITY) {
    return configurationProbability >= deploymentProbability ? "configuration" : "deployment";
  }
  return input.patternCategory ?? categoryOfFacts(input.facts) ?? categoryOfEvent(input.event);
}

function categoryOfFacts(facts: Facts): Category | null {
  const { sqlstate, code, status } = facts;
  if (typeof sqlstate === "string") return SQLSTATE_CLASSES[sqlstate.slice(0, 2)] ?? "database";
  if (typeof code === "string") {
    if (NETWORK_CODES.has(code)) return "network";
    if (code.startsWith("PGRST")) return "database";
  }
  if (typeof facts.environment_variable === "string") return "configuration";
  if (typeof status === "number") return categoryOfStatus(status);
  return null;
}

/** First two characters of the SQLSTATE, where the class is not about the database itself. */
const SQLSTATE_CLASSES: Record<string, Category> = {
  "08": "network",
  "22": "validation",
  "23": "validation",
  "28": "authentication",
  "53": "resource",
};

const NETWORK_CODES = new Set(
  "ECONNRESET ECONNREFUSED ECONNABORTED ETIMEDOUT EPIPE ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH EPROTO"
    .split(" "),
);

function categoryOfStatus(status: number): Category | null {
  if (status === 401) return "authentication";
  if (status === 403) return "authorization";
  if (status === 429) return "rate_limit";
  if (status === 400 || status === 409 || status === 413 || status === 422) return "validation";
  return status === 502 || status === 503 || status === 504 ? "dependency" : null;
}

const RUNTIME_TYPES =
  /^(?:TypeError|ReferenceError|RangeError|SyntaxError|AssertionError|AttributeError|KeyError|IndexError|NameError|NullPointerException)$/;

function categoryOfEvent(event: ErrorEvent): Category {
  if (event.platform === "javascript") return "frontend";
  return event.exceptions.some(({ type }) => type !== null && RUNTIME_TYPES.test(type))
    ? "runtime"
    : "unknown";
}
