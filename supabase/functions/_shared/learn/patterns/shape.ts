import { z } from "zod";

/**
 * What is general about an error: the same fault in another project has the same shape. Still private to its project, because a word
 * of the message may be a name; `generalise.ts` decides what may be shared.
 */
export const shapeSchema = z.object({
  platform: z.string(),
  category: z.string(),
  severity: z.enum(["critical", "high", "medium", "low"]),
  /** Exception types, as they were written. */
  types: z.array(z.string()),
  /** Vendor codes, lower case. */
  codes: z.array(z.string()),
  /** HTTP statuses. */
  statuses: z.array(z.string()),
  /** The message, lower case: plain words in order, and `*` for each stretch of anything else. */
  words: z.array(z.string()),
});
export type Shape = z.infer<typeof shapeSchema>;

/** What one fix showed about one error. */
export interface Observation {
  id: number;
  projectId: number;
  action: string;
  /** The action exists in every project. */
  shareable: boolean;
  success: boolean;
  shape: Shape;
}

/** Stands for whatever varies. */
export const GAP = "*";

/** Types that name a mechanism of the language and no cause: alone they connect nothing. Lower case. */
const GENERIC_TYPES = new Set([
  "error",
  "exception",
  "runtimeerror",
  "typeerror",
  "valueerror",
  "rangeerror",
  "referenceerror",
  "syntaxerror",
  "aggregateerror",
  "object",
]);

export function isGenericType(type: string): boolean {
  return GENERIC_TYPES.has(type.toLowerCase());
}

export function literals(words: readonly string[]): string[] {
  return words.filter((word) => word !== GAP);
}

/** Most tokens of a message that can help to find similar ones. */
const MAX_WORD_TOKENS = 60;

/** What similar observations are looked up by; prefixes keep a code and a word of the same spelling apart. */
export function tokensOf(shape: Shape): string[] {
  return [
    ...new Set([
      ...shape.types.filter((type) => !isGenericType(type)).map((type) => `type:${type.toLowerCase()}`),
      ...shape.codes.map((code) => `code:${code}`),
      ...literals(shape.words).filter((word) => word.length > 3).slice(0, MAX_WORD_TOKENS),
    ]),
  ];
}
