import { z } from "zod";
import type { JsonObject } from "../../platform/json.ts";
import type { Category, Severity } from "../diagnosis.ts";

/**
 * Text that must appear in a message. Case and width of whitespace do not count; `*` stands for any run of characters;
 * where the phrase begins or ends with a letter or digit, so must a word of the message.
 *
 * Not a regular expression, on purpose: phrases are also learnt from projects and imported from others, and this syntax
 * is searched in linear time whatever it says (there is nothing to backtrack over).
 */
const PHRASE_LIMIT = 200;
/** Fewer literal characters would match nearly everything. */
const PHRASE_LITERAL_MINIMUM = 4;
const LIST_LIMIT = 32;
const CLAUSE_LIMIT = 16;

const phrase = z.string().max(PHRASE_LIMIT).refine(
  (text) => text.replace(/[*\s]/g, "").length >= PHRASE_LITERAL_MINIMUM,
  `A phrase needs at least ${PHRASE_LITERAL_MINIMUM} characters besides * and spaces.`,
);
/** Globs are compared with names, not searched in prose: one character is enough. */
const glob = z.string().min(1).max(PHRASE_LIMIT);

const clauseSchema = z.strictObject({
  /** Vendor codes: SQLSTATE, `PGRST116`, `ECONNRESET`, `rate_limit_exceeded`. */
  codes: z.array(z.string().min(2).max(64)).max(LIST_LIMIT).optional(),
  /** Exception types; `*` allowed, the whole type must match. */
  types: z.array(glob).max(LIST_LIMIT).optional(),
  messages: z.array(phrase).max(LIST_LIMIT).optional(),
  /** `429`, or a class: `5xx`. */
  statuses: z.array(z.string().regex(/^[1-5](\d\d|xx)$/)).max(LIST_LIMIT).optional(),
  hosts: z.array(glob).max(LIST_LIMIT).optional(),
  modules: z.array(glob).max(LIST_LIMIT).optional(),
  platforms: z.array(glob).max(LIST_LIMIT).optional(),
  /** The inspection of the database found this; names of the rules in `evidence/`. */
  findings: z.array(z.string().min(2).max(64)).max(LIST_LIMIT).optional(),
});

/** Conditions that can stand alone. */
const SUFFICIENT = ["codes", "types", "messages", "statuses", "findings"] as const;

/** A clause holds when each of its conditions holds; a condition holds when any of its values does. */
export type Clause = z.infer<typeof clauseSchema>;

/** What `universal_error_patterns.match` holds, for built-in and learnt patterns alike. */
export const patternMatchSchema = z.strictObject({
  anyOf: z.array(
    clauseSchema.refine(
      (clause) => SUFFICIENT.some((condition) => clause[condition]?.length),
      `A clause needs at least one of ${
        SUFFICIENT.join(", ")
      }: a host or platform alone says nothing of the error.`,
    ),
  ).min(1).max(CLAUSE_LIMIT),
  /** Clauses that rule the pattern out. */
  noneOf: z.array(clauseSchema).max(CLAUSE_LIMIT).optional(),
});
export type PatternConditions = z.infer<typeof patternMatchSchema>;

/** Pseudo-counts of a Beta distribution: the bet of an experienced engineer before this system has any history. */
export interface Prior {
  alpha: number;
  beta: number;
}

export interface PatternAction {
  /** `<target>.<verb>`, a name in the catalogue of actions. */
  action: `${string}.${string}`;
  prior: Prior;
  /** Why the prior is what it is. */
  reason: string;
}

/** An event in shorthand, for examples. */
export interface ExampleEvent {
  type?: string;
  message: string;
  module?: string;
  platform?: string;
  status?: number;
  url?: string;
  extra?: JsonObject;
  contexts?: JsonObject;
  /** What the database showed: rule -> weight. */
  findings?: Record<string, number>;
}

/** A cause that recurs across projects, with the actions that have a chance on it. */
export interface Pattern {
  slug: string;
  category: Category;
  /** What the cause deserves by itself; the issue's own severity also weighs traffic and users. */
  severity: Severity;
  title: string;
  explanation: string;
  documentationUrl: string;
  match: PatternConditions;
  /** Best first. */
  actions: PatternAction[];
  examples: { positive: ExampleEvent[]; negative: ExampleEvent[] };
}

/** What matching needs of a pattern; rows of `universal_error_patterns` have it as well as built-in patterns. */
export interface KnownPattern {
  /** The row's id; built-in patterns that were never stored go by their slug. */
  id?: string;
  slug: string;
  title: string;
  category: Category;
  severity: Severity;
  match: PatternConditions;
}
