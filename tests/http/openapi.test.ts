import { expect, test } from "vitest";
import { mergedDocument, openApi, validate } from "../../scripts/checks/openapi.ts";
import { PROJECT } from "../../scripts/platform/paths.ts";

test("docs/openapi.json is what the routes say, and has no fault", async () => {
  expect(await openApi(PROJECT)).toEqual([]);
});

test("every operation says who may call it, and how it refuses others", async () => {
  const { paths } = await mergedDocument();
  const operations = Object.values(paths ?? {}).flatMap((path) => Object.values(path)) as {
    operationId: string;
    security?: unknown[];
    parameters?: { name: string }[];
    responses: Record<string, unknown>;
  }[];
  expect(operations.length).toBeGreaterThan(15);
  for (const { operationId, security = [], parameters = [], responses } of operations) {
    const keyed = security.length > 0 || parameters.some(({ name }) => name === "sentry_key");
    expect(keyed, operationId).toBe(true);
    expect("default" in responses || "403" in responses, operationId).toBe(true);
  }
});

test("a document with faults is told each of them", () => {
  const operation = {
    operationId: "same",
    summary: "x",
    responses: { 200: { $ref: "#/components/schemas/None" } },
  };
  const problems = validate({
    openapi: "3.1.0",
    info: { title: "x", version: "1" },
    paths: { "/a/{id}": { get: operation }, "/b": { post: operation, put: { responses: {} } } },
  });
  expect(problems).toEqual([
    "GET /a/{id} does not declare the parameter id",
    "operationId same is used twice",
    "PUT /b has no operationId",
    "PUT /b has no summary",
    "PUT /b has no responses",
    "#/components/schemas/None refers to nothing",
    "#/components/schemas/None refers to nothing",
  ]);
});
