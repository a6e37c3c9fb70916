import { z } from "zod";
import type { Diagnosis, Facts } from "../diagnose/diagnosis.ts";
import type { Json } from "../platform/json.ts";
import { matchesWhen, whenSchema } from "./matcher.ts";

/**
 * What a project declares about its configuration, under the key `declarations`:
 *
 * ```json
 * {
 *   "app.pool_size": { "kind": "limit", "min": 2, "max": 50 },
 *   "app.batch_size": { "kind": "limit", "min": 1, "max": 500, "relief": "lower", "when": { "categories": ["rate_limit"] } },
 *   "app.flags.new_checkout": { "kind": "flag", "safe": false },
 *   "app.breakers.payments": { "kind": "breaker", "when": { "hosts": ["api.stripe.com"] } },
 *   "app.fallbacks.search": { "kind": "fallback", "on": "postgres", "when": { "hosts": ["search.example.com"] } }
 * }
 * ```
 *
 * A key without a declaration can only be reverted to a value that it has had. `when` says for which diagnoses a key is
 * worth trying although nothing in the error names it.
 */

const json: z.ZodType<Json> = z.json();

const limitSchema = z.object({
  kind: z.literal("limit"),
  /** Bounds that no action leaves. */
  min: z.number(),
  max: z.number(),
  integer: z.boolean().default(true),
  /** In which direction moving it brings relief. */
  relief: z.enum(["lower", "raise", "either"]).default("either"),
  when: whenSchema.optional(),
}).refine((limit) => limit.min <= limit.max, "min is greater than max");

const flagSchema = z.object({
  kind: z.literal("flag"),
  /** The value that has always worked. */
  safe: json,
  when: whenSchema.optional(),
});

const breakerSchema = z.object({
  kind: z.literal("breaker"),
  /** The values by which the application knows the two positions. */
  open: json.default("open"),
  closed: json.default("closed"),
  when: whenSchema.optional(),
});

const fallbackSchema = z.object({
  kind: z.literal("fallback"),
  /** The value that switches to the fallback. */
  on: json.default(true),
  when: whenSchema.optional(),
});

const declarationSchema = z.discriminatedUnion("kind", [
  limitSchema,
  flagSchema,
  breakerSchema,
  fallbackSchema,
]);
export type Declaration = z.infer<typeof declarationSchema>;
export type DeclarationKind = Declaration["kind"];
export type Declarations = Record<string, Declaration>;

const declarationOrNull = declarationSchema.nullable().catch(null);

/** Declarations by key. A faulty one is left out, so that its key is never acted on, and the others stay valid. */
export const declarationsSchema: z.ZodType<Declarations> = z.record(z.string(), declarationOrNull).catch({})
  .transform((all) =>
    Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, Declaration] => entry[1] !== null),
    )
  );

/** The same, for those who store declarations: here faults are told. */
export const strictDeclarationsSchema: z.ZodType<Declarations> = z.record(
  z.string().regex(/^app\.[A-Za-z0-9_.-]+$/, "Only keys of the application, `app.`, can be declared."),
  declarationSchema,
);

// The fact that names the key, for each kind. Sorted keys make the answer independent of how jsonb orders them.
const FACT_OF: Record<DeclarationKind, string> = {
  limit: "limit",
  flag: "flag",
  breaker: "breaker",
  fallback: "fallback",
};

/**
 * Facts that the declarations add to a diagnosis: for each kind the first declared key whose `when` matches. A fact that
 * the event itself told stays; except that a breaker may be named by a mere host, which a declared key replaces.
 *
 * @example factsFromDeclarations({ "app.breakers.pay": { kind: "breaker", ..., when: { hosts: ["a.com"] } } }, diagnosis)
 * // { breaker: "app.breakers.pay" } for a diagnosis with the fact host "a.com"
 */
export function factsFromDeclarations(declarations: Declarations, diagnosis: Diagnosis): Facts {
  const facts: Facts = {};
  for (const [key, declaration] of Object.entries(declarations).sort(([a], [b]) => a < b ? -1 : 1)) {
    const name = FACT_OF[declaration.kind];
    const told = diagnosis.facts[name];
    const isTold = told !== undefined && told !== null &&
      !(name === "breaker" && told === diagnosis.facts.host);
    if (isTold || name in facts || !matchesWhen(declaration.when, diagnosis)) continue;
    facts[name] = key;
    if (declaration.kind === "limit" && declaration.relief !== "either") {
      facts.limit_relief = declaration.relief;
    }
  }
  return facts;
}

/** Whether two JSON values are the same; the order of an object's keys does not matter, as in jsonb. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: Json | undefined): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1));
  });
}
