import type { RpcClient } from "../../../supabase/functions/_shared/platform/rpc.ts";
import type { Json } from "../../../supabase/functions/_shared/platform/json.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

export interface ActionsDatabase extends TestDatabase {
  client: RpcClient;
  /** Makes a project; `permissions` become its postgres integration. */
  addProject(permissions?: unknown): Promise<number>;
  /** Writes a configuration value as a person would, and returns its version. */
  configure(projectId: number, key: string, value: Json): Promise<number>;
  /** The current value of a key. */
  value(projectId: number, key: string): Promise<unknown>;
  /** Does what pg_cron does at a full minute with the jobs of this test: runs each, and keeps how it ended. */
  runCron(): Promise<string[]>;
}

/** A migrated database with a client that has the service role, as the engine has. */
export async function actionsDatabase(): Promise<ActionsDatabase> {
  const db = await testDatabase();
  const client: RpcClient = {
    async rpc(name, parameters) {
      try {
        const rows = await db.rpc(name, asPostgrest(parameters ?? {}));
        const [about] = await db.query("select bool_or(proretset) as many from pg_proc where proname = $1", [
          name,
        ]);
        return {
          data: about?.many ? JSON.parse(JSON.stringify(rows)) : rows[0]?.[name] ?? null,
          error: null,
        };
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "XX000";
        return {
          data: null,
          error: { code, message: error instanceof Error ? error.message : String(error) },
        };
      }
    },
  };
  return {
    ...db,
    client,
    async addProject(permissions) {
      const slug = `p-${crypto.randomUUID()}`;
      const [row] = await db.query("insert into public.projects (slug, name) values ($1, $1) returning id", [
        slug,
      ]);
      const id = Number(row?.id);
      if (permissions) {
        await db.query(
          "insert into public.integrations (project_id, kind, configuration) values ($1, 'postgres', $2)",
          [id, permissions],
        );
      }
      return id;
    },
    async configure(projectId, key, value) {
      const [row] = await db.query(
        "insert into public.system_config (project_id, key, value) values ($1, $2, $3::jsonb) returning version",
        [projectId, key, JSON.stringify(value)],
      );
      return Number(row?.version);
    },
    async value(projectId, key) {
      const [row] = await db.query(
        "select value::text as value from public.current_config where project_id = $1 and key = $2",
        [projectId, key],
      );
      return row ? JSON.parse(String(row.value)) : undefined;
    },
    async runCron() {
      const commands: string[] = [];
      const jobs = await db.query(
        "select jobid, command from cron.job where jobname like 'prunella-%' and jobname ~ '^prunella-[0-9a-f]{32}' order by jobid",
      );
      for (const { jobid, command } of jobs) {
        commands.push(String(command));
        const failure = await db.query(String(command)).then(() => null, (error: unknown) => String(error));
        await db.query(
          `insert into cron.job_run_details (jobid, command, status, return_message, start_time, end_time)
           values ($1, $2, $3, $4, now(), now())`,
          [jobid, command, failure === null ? "succeeded" : "failed", failure],
        );
      }
      return commands;
    },
  };
}

/** PostgREST takes arguments out of a JSON body, where a string is a JSON value; a driver takes it for JSON text. */
function asPostgrest(parameters: Record<string, unknown>): Record<string, unknown> {
  return "p_value" in parameters
    ? { ...parameters, p_value: JSON.stringify(parameters.p_value) }
    : parameters;
}
