import { MACHINES, MEMBERS, minute, type TableRules, type Tenant, type Values } from "./rules.ts";

const ofMachines = { insert: MACHINES, update: MACHINES, delete: MACHINES } as const;
const ofProject = (tenant: Tenant): Values => ({ project_id: tenant.projectId });

export const TABLES_OF_DEPLOYMENTS: Record<string, TableRules> = {
  deployment_logs: {
    tenant: "project_id",
    seeded: true,
    select: MEMBERS,
    ...ofMachines,
    row: (tenant, n) => ({
      ...ofProject(tenant),
      target: "vercel",
      external_id: `dpl_${n}`,
      service: "shop",
    }),
    change: { status: "failed" },
  },
  vercel_deployments: {
    tenant: "project_id",
    select: MEMBERS,
    ...ofMachines,
    row: (tenant, n) => ({
      ...ofProject(tenant),
      deployment_id: tenant.deploymentId,
      vercel_deployment_id: `dpl_${n}`,
      vercel_project_id: "prj_1",
      name: "shop",
      state: "READY",
    }),
    single: true,
    change: { state: "ERROR" },
  },
  deployment_error_correlations: {
    tenant: "project_id",
    select: MEMBERS,
    ...ofMachines,
    row: (tenant, n) => ({
      ...ofProject(tenant),
      subject: `issue:${n}`,
      episode_at: minute(n),
      candidate: "deployment:1",
      probability: 0.9,
      verdict: "blame",
      decided_at: minute(n),
    }),
    change: { probability: 0.1 },
  },
  function_versions: {
    tenant: "project_id",
    select: MEMBERS,
    ...ofMachines,
    row: (tenant, n) => ({
      ...ofProject(tenant),
      slug: "mail",
      version: n,
      name: "mail",
      content_hash: "0".repeat(64),
      entrypoint_path: "index.ts",
      verify_jwt: true,
      body_bytes: 1,
      deployed_at: minute(n),
    }),
    change: { name: "other" },
    columns: {
      // The source itself may hold what only its authors should read.
      select: [
        "body_bytes",
        "content_hash",
        "dependencies",
        "deployed_at",
        "deployment_id",
        "entrypoint_path",
        "id",
        "import_map_path",
        "name",
        "platform_hash",
        "project_id",
        "slug",
        "stored_at",
        "verify_jwt",
        "version",
      ],
    },
  },
  webhook_deliveries: {
    tenant: "project_id",
    select: MACHINES,
    ...ofMachines,
    row: (tenant, n) => ({
      ...ofProject(tenant),
      source: "vercel",
      digest: `digest-${n}`,
      event: "deployment.created",
      outcome: "recorded",
    }),
    change: { outcome: "ignored" },
  },
  blame_states: {
    tenant: "project_id",
    select: MACHINES,
    ...ofMachines,
    row: (tenant, n) => ({ ...ofProject(tenant), state: {}, observed_at: minute(n) }),
    single: true,
    change: { version: 2 },
  },
};
