import { expect, test } from "vitest";
import { checkOpenApi, mergedDocument, validate } from "../../scripts/checks/openapi.ts";

test("docs/openapi.json is what the routes say, and has no fault", async () => {
  expect(await checkOpenApi()).toEqual([]);
});

test("every operation says who may call it, and can answer with a failure", async () => {
  const { paths } = await mergedDocument();
  const operations = Object.values(paths ?? {}).flatMap((path) => Object.values(path)) as {
    security?: unknown[];
    responses: Record<string, unknown>;
  }[];
  expect(operations.length).toBeGreaterThan(15);
  for (const operation of operations) {
    expect(operation.security?.length).toBeGreaterThan(0);
    expect(operation.responses).toHaveProperty("default");
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
