import { type PaymentService, startPaymentService } from "../../examples/shop/payment-service.ts";
import {
  changeConfiguration,
  findOrAddProject,
  type LabProject,
  makeConfigurationKey,
  writeOldConfiguration,
} from "../lab/project.ts";
import type { Platform } from "../platform/start.ts";
import { DECLARATIONS, GOOD_CONFIGURATION } from "./faults.ts";
import { callAs, type Kept, type Operator, signIn } from "./operator.ts";
import { type RunbookServer, serveRunbook } from "./runbook.ts";

export interface ShopProject extends LabProject {
  operator: Operator;
  kept: Kept;
  payments: PaymentService;
  runbook: RunbookServer;
}

const SLUG = "shop";
export const RUNBOOK = "restart-payments";

/**
 * The project `shop` with its operator, configuration, payment service and runbook. What exists is found again, so this can be
 * called at every start.
 */
export async function setUpShop(platform: Platform, before: Kept): Promise<ShopProject> {
  const operator = await signIn(platform, before);
  const project = await findOrAddProject(platform, {
    slug: SLUG,
    name: "The shop",
    adminEmail: operator.email,
  });
  await callAs(platform, operator, "PUT", "control/mode", {
    project: project.id,
    mode: "auto",
    reason: "The demonstration shows Prunella acting alone",
  });
  const payments = startOnKnownPort(before.paymentsPort, (port) => startPaymentService({ port }));
  const secret = crypto.randomUUID();
  const runbook = startOnKnownPort(
    before.runbookPort,
    (port) => serveRunbook({ port, secret, run: () => payments.restart() }),
  );
  await configure(platform, project.id, payments.url);
  await closeOldIssues(operator, project.id);
  await declareRunbook(platform, operator, project.id, runbook.url, secret);
  const configurationKey = before.configurationKey !== null &&
      await opens(project.configurationUrl, before.configurationKey)
    ? before.configurationKey
    : await makeConfigurationKey(platform, project.id, operator.accessToken);
  const kept = {
    ...before,
    configurationKey,
    paymentsPort: portOf(payments.url),
    runbookPort: portOf(runbook.url),
  };
  return { ...project, operator, kept, payments, runbook };
}

/** The good values; what an interrupted demonstration left broken is put right. */
async function configure(platform: Platform, projectId: number, paymentsUrl: string): Promise<void> {
  const wanted = { ...GOOD_CONFIGURATION, "app.payments.url": paymentsUrl, declarations: DECLARATIONS };
  await writeOldConfiguration(platform, projectId, wanted);
  const rows = await platform.sql("select key, value from public.current_config where project_id = $1", [
    projectId,
  ]);
  const current = new Map(rows.map(({ key, value }) => [key, JSON.stringify(value)]));
  for (const [key, value] of Object.entries({ ...GOOD_CONFIGURATION, "app.payments.url": paymentsUrl })) {
    if (current.get(key) === JSON.stringify(value)) continue;
    await changeConfiguration(platform, projectId, key, value, "Put right when the demonstration began anew");
  }
}

/** What an interrupted demonstration left open is over: the shop was put right. If it comes back, it counts anew. */
async function closeOldIssues({ client }: Operator, projectId: number): Promise<void> {
  const { error } = await client.from("detected_errors").update({ status: "resolved" })
    .eq("project_id", projectId).in("status", ["new", "ongoing", "escalating", "regressed"]);
  if (error) throw new Error(`The old issues were not closed: ${error.message}`);
  // Proposals about values that are in order again have nothing to act on.
  const answered = await client.from("auto_fixes").update({ state: "dismissed" })
    .eq("project_id", projectId).in("state", ["proposed", "in_review"]).like("action", "configuration.%");
  if (answered.error) throw new Error(`The old proposals were not dismissed: ${answered.error.message}`);
}

/** A way out that nobody can take back, so it always waits for a human: no `rollback_url`. */
async function declareRunbook(
  platform: Platform,
  { client, ...operator }: Operator,
  projectId: number,
  url: string,
  secret: string,
): Promise<void> {
  const row = {
    project_id: projectId,
    kind: "webhook",
    name: RUNBOOK,
    configuration: {
      title: "Restart the payment service",
      description: "Ends the payment service and starts it again. Payments under way are lost.",
      url,
      risk: "dangerous",
      recovery_ms: 1_000,
      window_ms: 300_000,
      when: { patterns: ["http-unavailable"] },
    },
  };
  const known = await client.from("integrations").select("id").match({
    project_id: projectId,
    kind: "webhook",
    name: RUNBOOK,
  }).maybeSingle();
  const stored = known.data
    ? await client.from("integrations").update({ configuration: row.configuration }).eq("id", known.data.id)
      .select("id").single()
    : await client.from("integrations").insert(row).select("id").single();
  if (stored.error) throw new Error(`The runbook was not stored: ${stored.error.message}`);
  await callAs(platform, { client, ...operator }, "PUT", `control/integrations/${stored.data.id}/secret`, {
    secret,
  });
}

async function opens(url: string, key: string): Promise<boolean> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  await response.body?.cancel();
  return response.ok;
}

/** The same address as last time where it is free, because the configuration names it. */
function startOnKnownPort<T>(known: number | null, start: (port: number) => T): T {
  try {
    return start(known ?? 0);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return start(0);
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
