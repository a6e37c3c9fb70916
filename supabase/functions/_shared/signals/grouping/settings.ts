import { z } from "zod";
import { EMPTY_LEARNING, type GroupingLearning } from "../fingerprint/learning.ts";
import { type FingerprintRule, MATCHER_FIELDS, type MatcherField } from "../fingerprint/rules.ts";
import type { Discriminator } from "../fingerprint/refinement.ts";

/** How a project's events are grouped, besides the built-in way. */
export interface GroupingSettings {
  /** Rises with every change of rules and learning; 0 while there was none. */
  version: number;
  rules: readonly FingerprintRule[];
  learning: GroupingLearning;
}

export const DEFAULT_SETTINGS: GroupingSettings = { version: 0, rules: [], learning: EMPTY_LEARNING };

/** Characters of texts inside a rule; a longer pattern says no more. */
export const RULE_LIMITS = {
  matchers: 20,
  pattern: 400,
  parts: 20,
  part: 500,
  title: 200,
  rules: 200,
} as const;

const fingerprint = z.string().min(1).max(128);
const basis = z.enum(["rule", "client", "stack", "exception", "message"]);
const DISCRIMINATOR =
  /^(?:value|message|culprit|logger|transaction|environment|level|release|tags\..{1,200})$/;

/** What tells the events of one issue apart. */
export const discriminatorSchema = z.string().regex(DISCRIMINATOR, {
  message:
    "One of value, message, culprit, logger, transaction, environment, level, release, or tags.<name> is expected",
}).transform((by) => by as Discriminator);

const learningSchema: z.ZodType<GroupingLearning> = z.object({
  version: z.literal(1),
  aliases: z.record(fingerprint, fingerprint),
  generalisations: z.array(z.object({
    into: fingerprint,
    basis,
    type: z.string().max(2_000).nullable(),
    tokens: z.array(z.string().max(2_000).nullable()).max(500),
    mergeCount: z.number().int(),
  })).max(1_000),
  refinements: z.array(z.object({
    fingerprint,
    by: discriminatorSchema,
    stays: z.string().max(20_000),
  })).max(2_000),
  separate: z.array(fingerprint).max(20_000),
});

const isField = (field: string): boolean =>
  (MATCHER_FIELDS as readonly string[]).includes(field) || /^tags\..{1,200}$/.test(field);

export const matcherSchema = z.object({
  field: z.string().max(210).refine(isField, {
    message: `One of ${MATCHER_FIELDS.join(", ")}, or tags.<name> is expected`,
  }).transform((field) => field as MatcherField),
  pattern: z.string().min(1).max(RULE_LIMITS.pattern),
  negate: z.boolean().optional(),
});

export const ruleSchema = z.object({
  id: z.string().max(100),
  matchers: z.array(matcherSchema).min(1).max(RULE_LIMITS.matchers),
  fingerprint: z.array(z.string().min(1).max(RULE_LIMITS.part)).min(1).max(RULE_LIMITS.parts),
  title: z.string().min(1).max(RULE_LIMITS.title).optional(),
});

const rowSchema = z.object({
  project_id: z.number().int(),
  version: z.number().int(),
  learning: z.unknown(),
  /** Fingerprints of later versions -> the one that made their issue, where people split that. */
  carried: z.record(fingerprint, fingerprint).default({}),
  rules: z.array(z.unknown()).max(10 * RULE_LIMITS.rules),
});

/** `grouping_settings`' answer. A rule that is no rule counts as none: the others must go on working. */
export const settingsAnswerSchema = z.array(rowSchema).transform((rows) =>
  new Map(rows.map((row) => [row.project_id, settingsOf(row)]))
);

function settingsOf(row: z.output<typeof rowSchema>): GroupingSettings {
  const learning = learningSchema.safeParse(row.learning);
  return {
    version: row.version,
    rules: row.rules.flatMap((rule) => {
      const parsed = ruleSchema.safeParse(rule);
      return parsed.success ? [parsed.data] : [];
    }),
    learning: learning.success
      ? { ...learning.data, aliases: { ...row.carried, ...learning.data.aliases } }
      : EMPTY_LEARNING,
  };
}

/** Asks the database for the settings of projects that changed since these versions. */
export type AskSettings = (
  known: Record<string, number | null>,
) => Promise<Map<number, GroupingSettings>>;

/** Projects whose settings one isolate remembers; most are empty, the largest are some hundred kilobytes. */
const MAX_PROJECTS = 500;

/** Settings of projects, of which only those that changed are read again. */
export class SettingsCache {
  readonly #known = new Map<number, GroupingSettings>();
  readonly #ask: AskSettings;

  constructor(ask: AskSettings) {
    this.#ask = ask;
  }

  /** The settings of the projects as they are now. */
  async load(projects: readonly number[]): Promise<Map<number, GroupingSettings>> {
    const known = Object.fromEntries(projects.map((id) => [id, this.#known.get(id)?.version ?? null]));
    const changed = await this.#ask(known);
    const result = new Map<number, GroupingSettings>();
    for (const id of projects) {
      const settings = changed.get(id) ?? this.#known.get(id) ?? DEFAULT_SETTINGS;
      this.#known.delete(id);
      this.#known.set(id, settings);
      result.set(id, settings);
    }
    while (this.#known.size > MAX_PROJECTS) this.#known.delete(this.#known.keys().next().value!);
    return result;
  }
}
