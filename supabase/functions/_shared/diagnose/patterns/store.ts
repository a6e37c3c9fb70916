import { z } from "zod";
import { CATEGORIES, SEVERITIES } from "../diagnosis.ts";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import { PATTERNS } from "./catalogue.ts";
import { type KnownPattern, type Pattern, patternMatchSchema } from "./pattern.ts";

const actionSchema = z.object({
  action: z.string(),
  prior: z.object({ alpha: z.number().positive(), beta: z.number().positive() }),
});

/** A pattern that is in force. Its id is its slug: the same in every installation, so that lessons can be shared. */
export interface ActivePattern extends KnownPattern {
  id: string;
  actions: { action: string; prior: { alpha: number; beta: number } }[];
}

const storedSchema = z.object({
  slug: z.string(),
  title: z.string(),
  category: z.enum(CATEGORIES),
  severity: z.enum(SEVERITIES),
  match: patternMatchSchema,
  actions: z.array(actionSchema),
});

const listSchema = z.object({
  /** Built-in patterns that proved wrong here. */
  deprecated: z.array(z.string()),
  learnt: z.array(z.unknown()),
});

/** Seconds for which an isolate trusts its list; a lesson of another isolate may take as long to be seen. */
const FRESH_MS = 30_000;

/** The patterns in force: those of the code unless they proved wrong, and those that were learnt. Cached for some seconds. */
export function activePatterns(client: RpcClient, now: () => Date): () => Promise<readonly ActivePattern[]> {
  let cached: { patterns: readonly ActivePattern[]; until: number } | null = null;
  return async () => {
    if (cached && now().getTime() < cached.until) return cached.patterns;
    const { deprecated, learnt } = await callRpc(client, "active_patterns", {}, listSchema);
    const patterns = [
      ...PATTERNS.filter(({ slug }) => !deprecated.includes(slug)).map(builtIn),
      ...learnt.flatMap((row) => {
        // A row that somebody broke by hand must not stop the healing of everything else.
        const parsed = storedSchema.safeParse(row);
        return parsed.success ? [{ ...parsed.data, id: parsed.data.slug }] : [];
      }),
    ];
    cached = { patterns, until: now().getTime() + FRESH_MS };
    return patterns;
  };
}

function builtIn({ slug, title, category, severity, match, actions }: Pattern): ActivePattern {
  return {
    id: slug,
    slug,
    title,
    category,
    severity,
    match,
    actions: actions.map(({ action, prior }) => ({ action, prior })),
  };
}

/** Writes the built-in patterns where people can read them, if this version of the code has not yet done so. */
export async function publishBuiltIns(client: RpcClient): Promise<void> {
  await callRpc(client, "publish_patterns", {
    p_patterns: PATTERNS.map((pattern) => ({
      slug: pattern.slug,
      category: pattern.category,
      severity: pattern.severity,
      title: pattern.title,
      explanation: pattern.explanation,
      documentation_url: pattern.documentationUrl,
      match: pattern.match,
      actions: pattern.actions,
    })),
  }, z.number());
}
