import { afterEach, describe, expect, test } from "vitest";
import { PROJECT } from "../../scripts/platform/paths.ts";
import { FIXTURES } from "./engines.ts";

/*
 * The platform as a process of its own, as `npm run platform` starts it; with the migrations of the fixtures instead
 * of the project's, so that what it does is known here.
 */

const HOST = "127.0.0.1";
const START_TIMEOUT_MS = 60_000;
/** Several starts, on a machine that may be busy with other tests. */
const TEST_TIMEOUT_MS = 180_000;

interface Running {
  process: Deno.ChildProcess;
  url: string;
  secretKey: string;
  output: () => string;
}

const children: Deno.ChildProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already, which is what most of these tests are about.
    }
    await child.status;
  }
  for (const folder of folders.splice(0)) await Deno.remove(folder, { recursive: true });
});

async function dataDir(): Promise<string> {
  const folder = await Deno.makeTempDir();
  folders.push(folder);
  return folder;
}

function spawn(args: string[]): Deno.ChildProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${FIXTURES}/platform.ts`, ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  children.push(child);
  return child;
}

/** Waits until it says that it is up. */
async function start(args: string[]): Promise<Running> {
  const process = spawn(args);
  const errors = new Response(process.stderr).text();
  let output = "";
  const deadline = setTimeout(() => process.kill("SIGKILL"), START_TIMEOUT_MS);
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    const url = /REST\s+(\S+)\/rest\/v1/.exec(output)?.[1];
    const secretKey = /Secret key\s+(\S+)/.exec(output)?.[1];
    if (url && secretKey && output.includes("Ctrl+C")) {
      clearTimeout(deadline);
      return { process, url, secretKey, output: () => output };
    }
  }
  clearTimeout(deadline);
  throw new Error(`The platform did not start: ${output}\n${await errors}`);
}

/** For a start that is expected to fail. */
async function fail(args: string[]): Promise<{ code: number; error: string }> {
  const process = spawn(args);
  const output = await process.output();
  return { code: output.code, error: new TextDecoder().decode(output.stderr) };
}

async function insertNote({ url, secretKey }: Running, body: string): Promise<number> {
  const response = await fetch(`${url}/rest/v1/rpc/note`, {
    method: "POST",
    headers: { apikey: secretKey, "Content-Type": "application/json" },
    body: JSON.stringify({ body }),
  });
  await response.body?.cancel();
  return response.status;
}

async function notes({ url, secretKey }: Running): Promise<string[]> {
  const response = await fetch(`${url}/rest/v1/jotted?select=body&order=id`, {
    headers: { apikey: secretKey },
  });
  const rows = await response.json() as { body: string }[];
  return rows.map((row) => row.body);
}

describe("the platform as a process", { timeout: TEST_TIMEOUT_MS }, () => {
  test("finds its data and keys again after a clean stop, and applies no migration twice", async () => {
    const dir = await dataDir();
    const first = await start(["--port", "0", "--data-dir", dir]);
    expect(first.output()).toContain("Migrations applied:");
    expect(await insertNote(first, "kept")).toBe(204);
    first.process.kill("SIGTERM");
    expect((await first.process.status).code).toBe(0);

    const second = await start(["--port", "0", "--data-dir", dir]);
    expect(second.output()).not.toContain("Migrations applied");
    expect(second.secretKey).toBe(first.secretKey);
    expect(await notes(second)).toEqual(["kept"]);
    second.process.kill("SIGINT");
    expect((await second.process.status).code).toBe(0);
  });

  test("keeps every write that it answered, however often it is killed", async () => {
    const dir = await dataDir();
    const answered: string[] = [];
    for (let round = 0; round < 3; round++) {
      const platform = await start(["--port", "0", "--data-dir", dir]);
      expect((await notes(platform)).filter((body) => answered.includes(body))).toEqual(answered);
      const writing = Array.from({ length: 20 }, async (_, n) => {
        const body = `${round}-${n}`;
        try {
          if (await insertNote(platform, body) === 204) answered.push(body);
        } catch {
          // Cut off by the kill: then nobody was told that it is kept.
        }
        // Killed amid the writes, once some of them have been answered.
        if (answered.filter((text) => text.startsWith(`${round}-`)).length === 5) {
          platform.process.kill("SIGKILL");
        }
      });
      await Promise.allSettled(writing);
      await platform.process.status;
      expect(answered.length).toBeGreaterThanOrEqual(5 * (round + 1));
    }
    const last = await start(["--port", "0", "--data-dir", dir]);
    const kept = await notes(last);
    expect(kept.filter((body) => answered.includes(body)).sort()).toEqual([...answered].sort());
  });

  test("keeps its keys to its owner", async () => {
    const dir = await dataDir();
    await start(["--port", "0", "--data-dir", `${dir}/inner`]);
    expect(((await Deno.stat(`${dir}/inner/keys.json`)).mode ?? 0) & 0o777).toBe(0o600);
    expect(((await Deno.stat(`${dir}/inner`)).mode ?? 0) & 0o777).toBe(0o700);
  });

  test("says which flag helps when the port is busy", async () => {
    const listener = Deno.listen({ hostname: HOST, port: 0 });
    const { port } = listener.addr;
    const { code, error } = await fail(["--port", String(port), "--memory"]);
    listener.close();
    expect(code).toBe(1);
    expect(error).toContain(`Port ${port} on ${HOST} is busy: choose another with --port <number>`);
  });

  test("lets one process alone at a data folder, and is not stopped by the lock of one that died", async () => {
    const dir = await dataDir();
    const first = await start(["--port", "0", "--data-dir", dir]);
    const { code, error } = await fail(["--port", "0", "--data-dir", dir]);
    expect(code).toBe(1);
    expect(error).toContain(`in use by process ${first.process.pid}`);
    first.process.kill("SIGKILL");
    await first.process.status;
    await start(["--port", "0", "--data-dir", dir]);
  });

  test("explains itself, and refuses what it does not know", async () => {
    const help = await spawn(["--help"]).output();
    expect(help.code).toBe(0);
    for (const flag of ["--port", "--host", "--data-dir", "--database-url", "--memory"]) {
      expect(new TextDecoder().decode(help.stdout)).toContain(flag);
    }
    expect(await fail(["--nonsense"])).toMatchObject({
      code: 1,
      error: expect.stringContaining("Unknown option"),
    });
  });
});
