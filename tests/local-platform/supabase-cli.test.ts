import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functionNames } from "../../scripts/checks/function-imports.ts";
import { importGraph, reachable } from "../../scripts/checks/import-graph.ts";
import { command } from "../../scripts/checks/command.ts";
import { bootstrap } from "../../scripts/platform/bootstrap.ts";
import { applyMigrations, readMigrations } from "../../scripts/platform/migrations.ts";
import { PROJECT } from "../../scripts/platform/paths.ts";
import { type PostgresServer, startPostgres } from "../../scripts/platform/postgres.ts";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";
import { FIXTURES } from "./engines.ts";

const CLI = `${PROJECT}/node_modules/.bin/supabase`;

/** The real Supabase CLI takes tens of seconds on a busy machine. */
const CLI_TIMEOUT_MS = 120_000;

describe("the Supabase CLI agrees about migrations:", { timeout: CLI_TIMEOUT_MS }, () => {
  let server: PostgresServer;
  let database: PostgresDatabase;
  let workdir: string;

  beforeAll(async () => {
    server = await startPostgres({ durable: false, preload: false });
    database = await PostgresDatabase.open(server.url);
    await bootstrap(database);
    workdir = await Deno.makeTempDir();
    await Deno.mkdir(`${workdir}/supabase`);
    await Deno.copyFile(`${PROJECT}/supabase/config.toml`, `${workdir}/supabase/config.toml`);
    await Deno.mkdir(`${workdir}/supabase/migrations`);
    for await (const { name } of Deno.readDir(`${FIXTURES}/migrations`)) {
      await Deno.copyFile(`${FIXTURES}/migrations/${name}`, `${workdir}/supabase/migrations/${name}`);
    }
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
    await Deno.remove(workdir, { recursive: true });
  });

  const push = () => command(CLI, ["db", "push", `--remote=${server.url}`, "--yes"], workdir);
  const ledger = () =>
    database.query(
      "select version, name, statements from supabase_migrations.schema_migrations order by version",
    );

  test("what it has pushed, the platform does not apply again", async () => {
    const { ok, stdout, stderr } = await push();
    expect(ok, stdout + stderr).toBe(true);
    expect(await applyMigrations(database, await readMigrations(`${workdir}/supabase/migrations`))).toEqual(
      [],
    );
  });

  test("both keep the same record of a migration", async () => {
    const byCli = await ledger();
    await database.script(
      "drop schema supabase_migrations cascade; drop table notes, sealed, jotted; drop function first_of, who, note",
    );
    await applyMigrations(database, await readMigrations(`${workdir}/supabase/migrations`));
    expect(await ledger()).toEqual(byCli);
  });

  test("what the platform has applied, it does not push again", async () => {
    const before = await ledger();
    const { ok, stdout, stderr } = await push();
    expect(ok, stdout + stderr).toBe(true);
    expect(stdout + stderr).toContain("up to date");
    expect(await ledger()).toEqual(before);
  });
});

describe("the Supabase CLI deploys the functions:", { timeout: CLI_TIMEOUT_MS }, () => {
  const uploads = new Map<string, { files: string[]; metadata: Record<string, unknown> }>();
  let api: Deno.HttpServer<Deno.NetAddr>;
  let folder: string;

  beforeAll(async () => {
    api = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      if (request.method === "GET") return Response.json([]);
      // Several functions are switched to their new versions by one request after the uploads.
      if (request.headers.get("content-type") === "application/json") return Response.json({ functions: [] });
      const form = await request.formData();
      const slug = new URL(request.url).searchParams.get("slug") ?? "";
      uploads.set(slug, {
        files: form.getAll("file").map((file) => file instanceof File ? file.name : ""),
        metadata: JSON.parse(String(form.get("metadata"))),
      });
      const answer = {
        id: slug,
        slug,
        name: slug,
        status: "ACTIVE",
        version: 1,
        created_at: 1,
        updated_at: 1,
      };
      return Response.json(answer, { status: 201 });
    });
    folder = await Deno.makeTempDir();
    const address = `http://127.0.0.1:${api.addr.port}`;
    await Deno.writeTextFile(
      `${folder}/profile.yaml`,
      `name: local\napi_url: ${address}\ndashboard_url: ${address}\nproject_host: example.com\n`,
    );
  });
  afterAll(async () => {
    await api.shutdown();
    await Deno.remove(folder, { recursive: true });
  });

  test("each with every file that it reaches, its own deno.json, and no token check before it", async () => {
    const graph = await importGraph(PROJECT, "supabase/functions");
    const names = functionNames(graph);
    const args = ["functions", "deploy", ...names, "--use-api", "--remote=abcdefghijklmnopqrst", "--yes"];
    const output = await new Deno.Command(CLI, {
      args: [...args, "--profile", `${folder}/profile.yaml`],
      cwd: PROJECT,
      env: { NO_COLOR: "1", SUPABASE_ACCESS_TOKEN: `sbp_${"0".repeat(40)}`, HOME: folder },
    }).output();
    expect(output.success, new TextDecoder().decode(output.stderr)).toBe(true);
    expect([...uploads.keys()].sort()).toEqual([...names].sort());
    for (const [name, { files, metadata }] of uploads) {
      expect(metadata).toMatchObject({
        entrypoint_path: `supabase/functions/${name}/index.ts`,
        import_map_path: `supabase/functions/${name}/deno.json`,
        verify_jwt: false,
      });
      expect(files).toEqual(
        expect.arrayContaining([...reachable(graph, `supabase/functions/${name}/index.ts`)]),
      );
    }
  });

  test("each with a deno.json that resolves every package without a package.json beside it", async () => {
    const root = `${folder}/deployed`;
    await Deno.mkdir(root);
    await Deno.symlink(`${PROJECT}/node_modules`, `${root}/node_modules`);
    const graph = await importGraph(PROJECT, "supabase/functions");
    for (const file of graph.keys()) {
      await Deno.mkdir(`${root}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.copyFile(`${PROJECT}/${file}`, `${root}/${file}`);
    }
    for (const name of functionNames(graph)) {
      const home = `supabase/functions/${name}`;
      await Deno.copyFile(`${PROJECT}/${home}/deno.json`, `${root}/${home}/deno.json`);
      const args = [
        "info",
        "--json",
        "--node-modules-dir=manual",
        "--config",
        `${home}/deno.json`,
        `${home}/index.ts`,
      ];
      const { stdout, stderr } = await command(Deno.execPath(), args, root);
      const { modules } = JSON.parse(stdout) as { modules: { specifier: string; error?: string }[] };
      const broken = modules.filter((module) => module.error !== undefined);
      expect(broken, `${name}: ${stderr}`).toEqual([]);
      expect(modules.length).toBeGreaterThan(1);
    }
  });
});
