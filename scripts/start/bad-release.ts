import type { Platform } from "../platform/start.ts";
import { callAs } from "./operator.ts";
import type { Releases } from "./releases.ts";
import type { ShopProject } from "./shop-project.ts";

/** What the shop runs at the beginning. */
export const GOOD_RELEASE = "shop@1.0.0";
const BAD_RELEASE = /^shop@1\.1\.(\d+)$/;
/** A target that was just healed is left alone for five minutes, which is longer than anybody watches. */
const COOL_DOWN_MS = 5 * 60_000;

export interface Pipeline {
  /** Tells Prunella what the pipeline has deployed. */
  report(release: string, more?: { author: string; message: string; files: string[] }): Promise<void>;
  /** A name that no release had before: code that was taken back once would only be put before a human. */
  nextRelease(): Promise<string>;
  /** Whether the process has been rolled back a moment ago, and so would not be again. */
  coolsDown(): Promise<boolean>;
}

/** Connects the process that runs the shop, and makes a key for the pipeline that deploys it. */
export async function connectPipeline(
  platform: Platform,
  project: ShopProject,
  releases: Releases,
): Promise<Pipeline> {
  await connectProcess(platform, project, releases);
  const { key } = await callAs(platform, project.operator, "POST", "control/keys", {
    project: project.id,
    purpose: "deployments",
    label: "pipeline",
  });
  return {
    async report(release, more) {
      const response = await fetch(
        `${platform.functionsUrl}/deployment-monitor/api/${project.id}/deployments`,
        {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
          body: JSON.stringify({ release, service: "shop", target: "process", ...more }),
        },
      );
      const answer = await response.text();
      if (!response.ok) throw new Error(`The deployment was not taken in: ${answer}`);
    },
    async nextRelease() {
      const rows = await platform.sql(
        "select release from public.deployment_logs where project_id = $1 and release is not null",
        [project.id],
      );
      const last = Math.max(
        -1,
        ...rows.map(({ release }) => Number(BAD_RELEASE.exec(String(release))?.[1] ?? -1)),
      );
      return `shop@1.1.${last + 1}`;
    },
    async coolsDown() {
      const [row] = await platform.sql(
        "select max(applied_at) as applied_at from public.auto_fixes where project_id = $1 and target_key = 'process:default'",
        [project.id],
      );
      return row?.applied_at ? Date.now() - Date.parse(String(row.applied_at)) < COOL_DOWN_MS : false;
    },
  };
}

/** Port and secret are new at each start. */
async function connectProcess(platform: Platform, project: ShopProject, releases: Releases): Promise<void> {
  const { client } = project.operator;
  const stored = await client.from("integrations").upsert({
    project_id: project.id,
    kind: "process",
    name: "default",
    configuration: { url: releases.controlUrl },
  }, { onConflict: "project_id,kind,name" }).select("id").single();
  if (stored.error) throw new Error(`The process was not connected: ${stored.error.message}`);
  await callAs(platform, project.operator, "PUT", `control/integrations/${stored.data.id}/secret`, {
    secret: releases.secret,
  });
}
