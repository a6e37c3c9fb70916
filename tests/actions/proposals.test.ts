import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../supabase/functions/_shared/actions/catalogue.ts";
import type { Diagnosis, Facts } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import type { JsonObject } from "../../supabase/functions/_shared/platform/json.ts";
import { configurationChange, deploymentChange, diagnosis } from "./support/diagnoses.ts";

interface Proposal {
  action: string;
  facts?: Facts;
  other?: Partial<Diagnosis>;
  /** The parameters wanted, and the key of what they act on; or null. */
  wanted: [JsonObject, string] | null;
}

const SESSION = { pid: 4711, backend_started_at: "2026-01-02T03:04:05.678901+00:00" };
const SESSION_KEY = `postgres:session:4711:${SESSION.backend_started_at}`;
const change = (subject: string, more = {}) => ({ changes: [configurationChange(subject, more)] });

const PROPOSALS: Proposal[] = [
  {
    action: "configuration.revert",
    other: {
      changes: [configurationChange("main", { kind: "deployment" }), configurationChange("app.pool_size")],
    },
    wanted: [{ key: "app.pool_size", version: 7, previous_version: 6 }, "configuration:app.pool_size"],
  },
  {
    action: "configuration.revert",
    other: change("app.new", { previousVersion: null }),
    wanted: [{ key: "app.new", version: 7, previous_version: null }, "configuration:app.new"],
  },
  { action: "configuration.revert", wanted: null },
  { action: "configuration.revert", other: change("main", { kind: "deployment" }), wanted: null },
  { action: "configuration.revert", other: change("healing.threshold"), wanted: null },
  { action: "configuration.revert", other: change("app.x", { version: "v7" }), wanted: null },
  { action: "configuration.revert", other: change("app.x; drop table"), wanted: null },

  {
    action: "configuration.set-flag",
    facts: { flag: "new_checkout" },
    wanted: [{ key: "app.flags.new_checkout" }, "configuration:app.flags.new_checkout"],
  },
  {
    action: "configuration.set-flag",
    facts: { flag: "app.checkout.new" },
    wanted: [{ key: "app.checkout.new" }, "configuration:app.checkout.new"],
  },
  {
    action: "configuration.set-flag",
    other: change("app.flags.beta"),
    wanted: [{ key: "app.flags.beta" }, "configuration:app.flags.beta"],
  },
  { action: "configuration.set-flag", other: change("app.pool_size"), wanted: null },
  { action: "configuration.set-flag", facts: { flag: "a b" }, wanted: null },
  { action: "configuration.set-flag", wanted: null },

  {
    action: "configuration.tighten-limit",
    facts: { limit: "batch_size" },
    wanted: [{ key: "app.batch_size", factor: 0.5 }, "configuration:app.batch_size"],
  },
  {
    action: "configuration.tighten-limit",
    facts: { setting: "app.concurrency" },
    wanted: [{ key: "app.concurrency", factor: 0.5 }, "configuration:app.concurrency"],
  },
  {
    action: "configuration.tighten-limit",
    facts: { limit: "batch_size", limit_relief: "raise" },
    wanted: null,
  },
  { action: "configuration.tighten-limit", facts: { setting: "app.flags.beta" }, wanted: null },
  { action: "configuration.tighten-limit", wanted: null },

  {
    action: "configuration.raise-limit",
    facts: { limit: "app.pool_size", limit_relief: "raise" },
    wanted: [{ key: "app.pool_size", factor: 1.5 }, "configuration:app.pool_size"],
  },
  {
    action: "configuration.raise-limit",
    facts: { limit: "app.pool_size", limit_relief: "lower" },
    wanted: null,
  },
  { action: "configuration.raise-limit", facts: { setting: "app.breakers.payments" }, wanted: null },
  { action: "configuration.raise-limit", wanted: null },

  ...["configuration.open-breaker", "configuration.reset-breaker"].flatMap((action): Proposal[] => [
    {
      action,
      facts: { breaker: "payments" },
      wanted: [{ key: "app.breakers.payments" }, "configuration:app.breakers.payments"],
    },
    {
      action,
      facts: { breaker: "api.stripe.com", host: "api.stripe.com" },
      wanted: [{ key: "app.breakers.api.stripe.com" }, "configuration:app.breakers.api.stripe.com"],
    },
    { action, facts: { breaker: "" }, wanted: null },
    { action, facts: { host: "api.stripe.com" }, wanted: null },
  ]),

  {
    action: "configuration.enable-fallback",
    facts: { fallback: "app.fallbacks.search" },
    wanted: [{ key: "app.fallbacks.search" }, "configuration:app.fallbacks.search"],
  },
  { action: "configuration.enable-fallback", wanted: null },

  {
    action: "postgres.cancel-query",
    facts: { ...SESSION, session_state: "active" },
    wanted: [SESSION, SESSION_KEY],
  },
  {
    action: "postgres.cancel-query",
    facts: { ...SESSION, session_state: "idle in transaction" },
    wanted: null,
  },
  { action: "postgres.cancel-query", facts: { pid: 1, session_state: "active" }, wanted: null },
  {
    action: "postgres.cancel-query",
    facts: { pid: -1, backend_started_at: SESSION.backend_started_at, session_state: "active" },
    wanted: null,
  },

  {
    action: "postgres.end-idle-session",
    facts: { ...SESSION, session_state: "idle in transaction" },
    wanted: [SESSION, SESSION_KEY],
  },
  {
    action: "postgres.end-idle-session",
    facts: { ...SESSION, session_state: "idle in transaction (aborted)" },
    wanted: [SESSION, SESSION_KEY],
  },
  { action: "postgres.end-idle-session", facts: { ...SESSION, session_state: "active" }, wanted: null },
  { action: "postgres.end-idle-session", facts: { ...SESSION, session_state: "idle" }, wanted: null },

  {
    action: "postgres.end-blocking-session",
    facts: { ...SESSION, session_state: "active", blocked_count: 2 },
    wanted: [SESSION, SESSION_KEY],
  },
  {
    action: "postgres.end-blocking-session",
    facts: { ...SESSION, session_state: "active", blocked_count: 0 },
    wanted: null,
  },
  {
    action: "postgres.end-blocking-session",
    facts: { ...SESSION, session_state: "idle in transaction", blocked_count: 2 },
    wanted: null,
  },

  {
    action: "postgres.create-index",
    facts: { relation: "orders", columns: ["customer_id", "created_at"] },
    wanted: [
      { schema: "public", name: "orders", columns: ["customer_id", "created_at"] },
      "postgres:relation:public.orders",
    ],
  },
  { action: "postgres.create-index", facts: { relation: "orders" }, wanted: null },
  { action: "postgres.create-index", facts: { columns: ["a"] }, wanted: null },
  { action: "postgres.create-index", facts: { relation: "orders", columns: [] }, wanted: null },
  {
    action: "postgres.create-index",
    facts: { relation: "orders", columns: ["a", "b", "c", "d", "e"] },
    wanted: null,
  },
  { action: "postgres.create-index", facts: { relation: "orders", constraint_columns: ["a"] }, wanted: null },

  {
    action: "postgres.analyze",
    facts: { schema: "shop", relation: "orders", statistics_stale: true },
    wanted: [{ schema: "shop", name: "orders" }, "postgres:relation:shop.orders"],
  },
  { action: "postgres.analyze", facts: { relation: "orders" }, wanted: null },
  { action: "postgres.analyze", facts: { statistics_stale: true }, wanted: null },

  {
    action: "postgres.vacuum",
    facts: { relation: "orders", vacuum_due: true },
    wanted: [{ schema: "public", name: "orders" }, "postgres:relation:public.orders"],
  },
  { action: "postgres.vacuum", facts: { relation: "orders", vacuum_due: "yes" }, wanted: null },

  {
    action: "postgres.reindex",
    facts: { schema: "public", index: "orders_pkey", index_invalid: true },
    wanted: [{ schema: "public", name: "orders_pkey" }, "postgres:relation:public.orders_pkey"],
  },
  { action: "postgres.reindex", facts: { index: "orders_pkey" }, wanted: null },

  {
    action: "postgres.refresh-view",
    facts: { schema: "public", view: "top_products", view_stale: true },
    wanted: [{ schema: "public", name: "top_products" }, "postgres:relation:public.top_products"],
  },
  { action: "postgres.refresh-view", facts: { view: "top_products" }, wanted: null },

  {
    action: "postgres.requeue-dead-jobs",
    facts: { queue: "emails", dead_count: 3 },
    wanted: [{ queue: "emails", limit: 100 }, "postgres:queue:emails"],
  },
  { action: "postgres.requeue-dead-jobs", facts: { queue: "emails", dead_count: 0 }, wanted: null },
  { action: "postgres.requeue-dead-jobs", facts: { dead_count: 3 }, wanted: null },

  {
    action: "webhook.call",
    facts: { runbook: "restart" },
    wanted: [{ runbook: "restart", arguments: {} }, "webhook:restart"],
  },
  { action: "webhook.call", wanted: null },

  ...takesBack("vercel.rollback", "vercel_instant_rollback", {
    service: "shop",
    deployment: "dpl_2",
    to: "dpl_1",
    deployment_log_id: 12,
    to_deployment_log_id: 11,
  }, "vercel:shop"),
  ...takesBack("vercel.abort-rolling-release", "vercel_abort_rolling_release", {
    service: "shop",
    canary: "dpl_2",
    deployment_log_id: 12,
    to_deployment_log_id: 11,
  }, "vercel:shop"),
  ...takesBack(
    "supabase.redeploy-function",
    "edge_function_redeploy",
    { slug: "checkout", version: 8, to_version: 6, deployment_log_id: 12, to_deployment_log_id: 11 },
    "supabase:function:checkout",
    { externalId: "checkout@8", toExternalId: "checkout@6" },
  ),
  ...takesBack("process.rollback", "process_restore", {
    release: "dpl_2",
    to: "dpl_1",
    deployment_log_id: 12,
    to_deployment_log_id: 11,
  }, "process:default"),
  {
    action: "supabase.redeploy-function",
    other: {
      changes: [deploymentChange("edge_function_redeploy", "automatic", {
        externalId: "checkout@8",
        toExternalId: "cart@6",
      })],
    },
    wanted: null,
  },
  { action: "process.restart", other: { category: "resource" }, wanted: [{}, "process:default"] },
  { action: "process.restart", other: { category: "runtime" }, wanted: null },
];

/** An action that takes deployments back, and its twin for humans: each for its own way back, and for no other. */
function takesBack(
  action: string,
  method: string,
  parameters: JsonObject,
  key: string,
  names: { externalId?: string; toExternalId?: string | null } = {},
): Proposal[] {
  const twin = `${action}-with-approval`;
  const alone = { changes: [deploymentChange(method, "automatic", names)] };
  const withHuman = { changes: [deploymentChange(method, "human", names)] };
  const nowhere = {
    changes: [deploymentChange(method, "automatic", { ...names, toExternalId: null, toId: null })],
  };
  const wanted: [JsonObject, string] = [parameters, key];
  return [
    { action, other: alone, wanted },
    { action, other: withHuman, wanted: null },
    { action, other: { changes: [deploymentChange("another_way", "automatic", names)] }, wanted: null },
    { action, other: { changes: [configurationChange("app.pool_size")] }, wanted: null },
    { action: twin, other: withHuman, wanted },
    { action: twin, other: alone, wanted: null },
    ...(action === "vercel.abort-rolling-release" ? [] : [{ action, other: nowhere, wanted: null }]),
  ];
}

describe.each(PROPOSALS)("$action for facts $facts and changes $other.changes.0.subject", (given) => {
  const action = CATALOGUE.find((one) => one.name === given.action);

  it(given.wanted ? "is proposed with what to act on" : "is not proposed", () => {
    const proposed = action?.propose(diagnosis(given.facts, given.other));
    expect(proposed).toEqual(given.wanted?.[0] ?? null);
    if (given.wanted) {
      expect(action?.parameters.parse(proposed)).toEqual(proposed);
      expect(action?.targetKey(proposed ?? {})).toBe(given.wanted[1]);
    }
  });
});

describe("every action", () => {
  it("has a proposal test in both directions, unless it informs of every diagnosis", () => {
    for (const action of CATALOGUE.filter((one) => !one.informational)) {
      const own = PROPOSALS.filter((one) => one.action === action.name);
      expect(own.some((one) => one.wanted), `${action.name} is proposed`).toBe(true);
      expect(own.some((one) => !one.wanted), `${action.name} is not proposed`).toBe(true);
    }
  });

  it("proposes nothing that changes anything for a diagnosis that knows nothing", () => {
    const proposing = CATALOGUE.filter((one) => one.propose(diagnosis()) !== null);
    expect(proposing.every((one) => one.informational)).toBe(true);
  });
});
