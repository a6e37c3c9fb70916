import { createRoute, z } from "@hono/zod-openapi";
import { newRiskModel } from "../../_shared/deployments/risk/model.ts";
import { riskModelSchema } from "../../_shared/deployments/store-risk.ts";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { brierScore } from "../../_shared/statistics/brier-score.ts";
import { expectedCalibrationError } from "../../_shared/statistics/expected-calibration-error.ts";

/** Outcomes that the report is made of: the latest. */
const OUTCOMES_LIMIT = 500;

const riskSchema = z.object({
  outcomes: z.number().int().openapi({ description: "Deployments of the project that it has learnt from." }),
  failed: z.number().int().openapi({ description: "Of the latest 500 outcomes." }),
  base_rate: z.number().openapi({
    description: "Probability that it states for a deployment without any particular feature.",
  }),
  weights: z.array(z.object({
    feature: z.string(),
    log_odds: z.number().openapi({ description: "By which one unit of the feature changes the log-odds." }),
    deviation: z.number().openapi({ description: "Standard deviation: how little is known of it." }),
    prior: z.number().openapi({ description: "What it was believed to be before any outcome." }),
  })),
  calibration: z.object({
    error: z.number().nullable().openapi({
      description: "Mean gap between the stated risk and the share that failed; null without outcomes.",
    }),
    brier: z.number().nullable(),
    bins: z.array(z.object({ stated: z.number(), failed: z.number(), count: z.number().int() })),
  }).openapi({ description: "Of the risks as they were stated before the deployments went out." }),
  latest: z.array(z.object({
    deployment_id: z.number().int(),
    risk: z.number().nullable(),
    failed: z.boolean(),
    reason: z.enum(["rolled_back", "blamed", "unhealthy", "healthy"]),
    decided_at: timestampSchema,
  })),
}).openapi("DeploymentRisk");

const route = createRoute({
  method: "get",
  path: "/risk",
  operationId: "readDeploymentRisk",
  summary: "What was learnt of the risk of deployments, and how well it was foretold",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { query: z.object({ project: projectIdSchema }) },
  responses: answers(riskSchema, "The model, and its calibration"),
});

const LATEST = 20;
const modelRows = z.array(z.object({ effective: riskModelSchema, outcome_count: z.number() }));
const outcomeRows = riskSchema.shape.latest;

export function readRisk(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("query");
    const client = callerClient(c);
    const [models, found] = await Promise.all([
      client.from("risk_models").select("effective, outcome_count").eq("project_id", project),
      client.from("deployment_outcomes").select("deployment_id, risk, failed, reason, decided_at")
        .eq("project_id", project).order("decided_at", { ascending: false })
        .order("deployment_id", { ascending: false }).limit(OUTCOMES_LIMIT),
    ]);
    const [model] = parseAnswer(models, modelRows, "risk_models");
    const outcomes = parseAnswer(found, outcomeRows, "deployment_outcomes");
    const prior = newRiskModel();
    const { intercept, weights } = model?.effective ?? prior;
    const forecasts = outcomes.flatMap(({ risk, failed }) =>
      risk === null ? [] : [{ confidence: risk, success: failed }]
    );
    const { error, bins } = expectedCalibrationError(forecasts);
    return c.json({
      outcomes: model?.outcome_count ?? 0,
      failed: outcomes.filter(({ failed }) => failed).length,
      base_rate: 1 / (1 + Math.exp(-intercept.mean)),
      weights: Object.entries(weights).map(([feature, { mean, variance }]) => ({
        feature,
        log_odds: mean,
        deviation: Math.sqrt(variance),
        prior: prior.weights[feature]?.mean ?? 0,
      })),
      calibration: {
        error,
        brier: brierScore(forecasts),
        bins: bins.map(({ confidence, successShare, count }) => ({
          stated: confidence,
          failed: successShare,
          count,
        })),
      },
      latest: outcomes.slice(0, LATEST),
    }, 200);
  });
}
