import { defineConfig } from "vitest/config";

/** Where CI wants the results, to count them. */
const outputFile = Deno.env.get("PRUNELLA_TEST_RESULTS");

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/support/seed.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: outputFile ? ["default", ["json", { outputFile }]] : ["default"],
  },
});
