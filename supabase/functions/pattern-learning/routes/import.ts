import { createRoute, z } from "@hono/zod-openapi";
import { CATALOGUE } from "../../_shared/actions/catalogue.ts";
import { PATTERNS } from "../../_shared/diagnose/patterns/catalogue.ts";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { scrubText } from "../../_shared/signals/scrub/scrub-text.ts";
import { portableFileSchema } from "../schemas.ts";

const importedSchema = z.object({
  imported: z.array(z.string()).openapi({ description: "New or changed; they wait as candidates." }),
  kept: z.array(z.string()).openapi({
    description: "Unchanged, or the name of a built-in or learnt pattern, which stays.",
  }),
}).openapi("ImportedPatterns");

const route = createRoute({
  method: "post",
  path: "/import",
  operationId: "importPatterns",
  summary: "Take patterns of another installation in, as candidates",
  description:
    "For whoever runs the installation: patterns hold for all projects. Put them in force with PUT /patterns/{slug}/standing.",
  security: security.secret,
  middleware: [auth.secret] as const,
  request: { body: jsonBody(portableFileSchema.extend({ reason: reasonSchema })) },
  responses: answers(importedSchema, "What was taken in"),
});

export function importPatterns(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { patterns, reason } = c.req.valid("json");
    const slugs = patterns.map(({ slug }) => slug);
    const twice = slugs.find((slug, index) => slugs.indexOf(slug) !== index);
    if (twice) throw failures.invalidRequest(`The pattern ${twice} is in the file twice. Leave one out.`);
    const unknown = patterns.flatMap(({ slug, actions }) =>
      actions.filter(({ action }) => !CATALOGUE.some(({ name }) => name === action))
        .map(({ action }) => ({ path: slug, message: `There is no action ${action}` }))
    );
    if (unknown.length > 0) {
      throw failures.unprocessable(
        "Some patterns list actions that this installation does not have. See details.",
        {
          details: unknown,
        },
      );
    }
    // The database may not have this version's built-in patterns yet: their names are theirs all the same.
    const own = new Set(PATTERNS.map(({ slug }) => slug));
    const result = await callRpc(callerClient(c), "import_patterns", {
      p_patterns: patterns.filter(({ slug }) => !own.has(slug)).map((pattern) => ({
        ...pattern,
        title: scrubText(pattern.title),
        explanation: scrubText(pattern.explanation),
      })),
      p_reason: reason,
    }, importedSchema);
    return c.json(
      { ...result, kept: [...result.kept, ...slugs.filter((slug) => own.has(slug))].sort() },
      200,
    );
  });
}
