import fc from "fast-check";
import { expect, test } from "vitest";
import { checkDeployments } from "../../supabase/functions/_shared/deployments/health/check-all.ts";
import {
  deploymentHealth,
  type DeploymentMetrics,
} from "../../supabase/functions/_shared/deployments/health/deployment-health.ts";

const calm: DeploymentMetrics = {
  requests: 10_000,
  failures: 20,
  durationMsSum: 800_000,
  durationCount: 10_000,
  sessions: 1_000,
  crashedSessions: 2,
  newIssues: 0,
};
const health = (more: Partial<DeploymentMetrics>, before: DeploymentMetrics | null = calm) =>
  deploymentHealth({ ...calm, ...more }, before);

test("a deployment like the one before is healthy and loses nothing", () => {
  expect(health({})).toEqual({ status: "healthy", score: 100, parts: [] });
});

test("ten times the errors are unhealthy, and the first reason names them", () => {
  const result = health({ failures: 400 });
  expect(result.status).toBe("unhealthy");
  expect(result.parts[0]).toMatchObject({ name: "errors", statement: expect.stringContaining("4.0 %") });
});

test("crashes, slowness and new issues each cost points", () => {
  expect(health({ crashedSessions: 40 }).score).toBeLessThan(85);
  expect(health({ durationMsSum: 2_400_000 }).score).toBe(85);
  expect(health({ newIssues: 2 }).score).toBeLessThan(95);
});

test("a difference that chance explains costs next to nothing", () => {
  expect(health({ requests: 200, failures: 1 }, { ...calm, requests: 200, failures: 0 }).score)
    .toBeGreaterThan(90);
});

test("an error rate that was as bad before is not this deployment's", () => {
  const sick = { ...calm, failures: 3000 };
  expect(health({ failures: 3000 }, sick).status).toBe("healthy");
});

test("the first deployment of a project is judged by what it does", () => {
  expect(health({}, null).status).toBe("healthy");
  expect(health({ failures: 4000 }, null).status).toBe("unhealthy");
});

test("with too little traffic the health is unknown", () => {
  expect(health({ requests: 10, sessions: 3 })).toEqual({ status: "unknown", score: null, parts: [] });
});

test("the score lies between 0 and 100 and never rises with more failures", () => {
  const count = fc.integer({ min: 0, max: 100_000 });
  fc.assert(fc.property(count, count, count, count, (requests, failures, more, before) => {
    const score = (f: number) =>
      health({ requests, failures: Math.min(requests, f) }, {
        ...calm,
        failures: Math.min(before, calm.requests),
      }).score;
    const [few, many] = [score(failures), score(failures + more)];
    if (few === null || many === null) return;
    expect(few).toBeLessThanOrEqual(100);
    expect(many).toBeGreaterThanOrEqual(0);
    expect(many).toBeLessThanOrEqual(few);
  }));
});

test("each deployment is compared with the one before it on its own target, in any order, 100 of them at once", () => {
  const deployments = Array.from({ length: 100 }, (_, index) => ({
    id: `d${index}`,
    target: `t${index % 4}`,
    at: index,
    metrics: { ...calm, failures: index === 57 ? 500 : 20 },
  }));
  const started = performance.now();
  const found = checkDeployments([...deployments].reverse());
  expect(performance.now() - started).toBeLessThan(1000);
  expect(found.size).toBe(100);
  expect([...found].filter(([, one]) => one.status !== "healthy").map(([id]) => id)).toEqual(["d57"]);
});
