import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cron } from "../../scripts/platform/cron.ts";
import type { Database, Row } from "../../scripts/platform/database.ts";
import { Net } from "../../scripts/platform/net.ts";
import { engines, eventually, openBootstrapped } from "./engines.ts";

/** From a transaction's commit to the request that it asked for; measured at the server that is called. */
const SEND_WITHIN_MS = 50;

describe.each(engines())("the stand-ins on $name", (engine) => {
  let database: Database;
  const fail = (error: unknown) => {
    throw error;
  };

  beforeAll(async () => {
    await engine.start();
    ({ database } = await openBootstrapped(engine));
  });
  afterAll(() => engine.stop());

  describe("cron", () => {
    const MINUTE = 60_000;
    let cron: Cron;
    let now = Math.ceil(Date.now() / MINUTE) * MINUTE;

    /** Lets a minute pass and every run that it starts end. */
    async function passMinute(): Promise<void> {
      cron = new Cron(database, fail);
      await cron.tick(now += MINUTE);
      await cron.stop();
    }

    async function lastRun(name: string): Promise<Row | undefined> {
      const [run] = await database.query(
        `select run.status, run.return_message, run.username, run.end_time >= run.start_time as ended
        from cron.job_run_details run join cron.job using (jobid) where jobname = $1 order by runid desc limit 1`,
        [name],
      );
      return run;
    }

    test("a due command runs, and its run is recorded", async () => {
      await database.script("create table runs (name text)");
      await database.query("select cron.schedule('note', '* * * * *', $$insert into runs values ('note')$$)");
      await passMinute();
      expect(await database.query("select name from runs")).toEqual([{ name: "note" }]);
      expect(await lastRun("note")).toEqual({
        status: "succeeded",
        return_message: "1 row",
        username: "postgres",
        ended: true,
      });
    });

    test("a name scheduled again changes the job and keeps its id", async () => {
      const [first] = await database.query("select cron.schedule('again', '0 0 1 1 *', 'select 1') as id");
      const [second] = await database.query("select cron.schedule('again', '0 0 1 2 *', 'select 2') as id");
      expect(second).toEqual(first);
      expect(await database.query("select schedule, command, active from cron.job where jobname = 'again'"))
        .toEqual([{ schedule: "0 0 1 2 *", command: "select 2", active: true }]);
    });

    test("a failing command is recorded with its error, and the session is clean for the next", async () => {
      const session = "select session_user, current_user, current_setting('search_path')";
      const before = await database.query(session);
      await database.query(
        "select cron.schedule('bad', '* * * * *', 'begin; set search_path = nowhere; select 1 / 0')",
      );
      await passMinute();
      expect(await lastRun("bad")).toMatchObject({
        status: "failed",
        return_message: "ERROR: division by zero",
      });
      expect(await database.query(session)).toEqual(before);
      await database.query("select cron.unschedule('bad')");
    });

    test("a command runs at top level, so that an index can be made concurrently", async () => {
      await database.query(
        "select cron.schedule('index', '* * * * *', 'create index concurrently if not exists runs_idx on runs (name)')",
      );
      await passMinute();
      expect(await lastRun("index")).toMatchObject({ status: "succeeded" });
      expect(await database.query("select indisvalid from pg_index where indexrelid = 'runs_idx'::regclass"))
        .toEqual([{ indisvalid: true }]);
      await database.query("select cron.unschedule('index')");
    });

    test("a command has the rights of the one who scheduled it", async () => {
      await database.query("select cron.schedule('weak', '* * * * *', 'select * from runs')");
      await database.query(
        "select cron.alter_job((select jobid from cron.job where jobname = 'weak'), username => 'anon')",
      );
      await passMinute();
      expect(await lastRun("weak")).toMatchObject({
        status: "failed",
        return_message: "ERROR: permission denied for table runs",
        username: "anon",
      });
    });

    test("a job that is switched off or removed does not run", async () => {
      const [job] = await database.query("select jobid from cron.job where jobname = 'note'");
      await database.query("select cron.alter_job($1, active => false)", [job?.jobid]);
      const before = await database.query("select count(*) from runs");
      await passMinute();
      await database.query("select cron.unschedule($1::bigint)", [job?.jobid]);
      await passMinute();
      expect(await database.query("select count(*) from runs")).toEqual(before);
      await expect(database.query("select cron.unschedule('note')")).rejects.toThrow(
        "could not find valid entry",
      );
    });

    test("a job in seconds runs after that many seconds, and not before", async () => {
      await database.query(
        "select cron.schedule('quick', '5 seconds', $$insert into runs values ('quick')$$)",
      );
      const quick = () => database.query("select count(*) as n from runs where name = 'quick'");
      const start = Date.now();
      cron = new Cron(database, fail);
      await cron.tick(start);
      await cron.tick(start + 4000);
      await cron.stop();
      expect(await quick()).toEqual([{ n: 0 }]);
      await cron.tick(start + 6000);
      await cron.stop();
      expect(await quick()).toEqual([{ n: 1 }]);
      await database.query("select cron.unschedule('quick')");
    });

    test("runs that a crash cut off are recorded as failed at the next start", async () => {
      await database.query("insert into cron.job_run_details (jobid, status) values (4711, 'running')");
      cron = new Cron(database, fail);
      await cron.start();
      await cron.stop();
      expect(
        await database.query("select status, return_message from cron.job_run_details where jobid = 4711"),
      )
        .toEqual([{ status: "failed", return_message: "server restarted" }]);
    });

    test("the API roles can schedule nothing", async () => {
      await expect(database.transaction(async (tx) => {
        await tx.script("set local role authenticated");
        await tx.query("select cron.schedule('mine', '* * * * *', 'select 1')");
      })).rejects.toThrow("permission denied for schema cron");
    });
  });

  describe("net", () => {
    interface Call {
      at: number;
      method: string;
      url: string;
      headers: Record<string, string>;
      body: string;
    }
    const calls: Call[] = [];
    let server: Deno.HttpServer<Deno.NetAddr>;
    let base: string;
    let net: Net;

    beforeAll(async () => {
      server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
        const at = performance.now();
        const { pathname, search } = new URL(request.url);
        calls.push({
          at,
          method: request.method,
          url: pathname + search,
          headers: Object.fromEntries(request.headers),
          body: await request.text(),
        });
        if (pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 500));
        return new Response(`heard ${pathname}`, { status: pathname === "/bad" ? 503 : 200 });
      });
      base = `http://127.0.0.1:${server.addr.port}`;
      net = new Net(database, fail);
      await net.start();
    });
    afterAll(async () => {
      await net.stop();
      await server.shutdown();
    });

    const answerTo = (id: unknown) =>
      eventually(async () =>
        (await database.query("select * from net._http_response where id = $1", [id]))[0]
      );
    const callTo = (url: string) => eventually(() => Promise.resolve(calls.find((call) => call.url === url)));

    test("a POST goes out with its body and headers, and its answer is kept", async () => {
      const [{ id } = {}] = await database.query(
        `select net.http_post($1, $2, headers => '{"apikey": "k", "Content-Type": "application/json"}') as id`,
        [`${base}/post`, { a: [1, "ü"] }],
      );
      expect(await answerTo(id)).toMatchObject({
        status_code: 200,
        content: "heard /post",
        timed_out: false,
        error_msg: null,
      });
      const call = await callTo("/post");
      expect(call).toMatchObject({
        method: "POST",
        headers: { apikey: "k", "content-type": "application/json" },
      });
      expect(JSON.parse(call.body)).toEqual({ a: [1, "ü"] });
    });

    test("a GET and a DELETE go out with their parameters", async () => {
      await database.query("select net.http_get($1, $2)", [`${base}/get?a=1`, { "b c": "d&e" }]);
      await database.query("select net.http_delete($1)", [`${base}/delete`]);
      expect(await callTo("/get?a=1&b%20c=d%26e")).toMatchObject({ method: "GET" });
      expect(await callTo("/delete")).toMatchObject({ method: "DELETE" });
    });

    test("nothing is sent before its transaction commits, and nothing ever when it is rolled back", async () => {
      await expect(database.transaction(async (tx) => {
        await tx.query("select net.http_get($1)", [`${base}/never`]);
        throw new Error("roll back");
      })).rejects.toThrow("roll back");
      let committing = 0;
      await database.transaction(async (tx) => {
        await tx.query("select net.http_get($1)", [`${base}/after-commit`]);
        await tx.query("select pg_sleep(0.05)");
        committing = performance.now();
      });
      expect((await callTo("/after-commit")).at).toBeGreaterThan(committing);
      expect(calls.map((call) => call.url)).not.toContain("/never");
    });

    test("a request leaves soon after its commit", async () => {
      const delays: number[] = [];
      for (let n = 0; n < 15; n++) {
        await database.query("select net.http_get($1)", [`${base}/latency/${n}`]);
        const committed = performance.now();
        delays.push((await callTo(`/latency/${n}`)).at - committed);
      }
      const median = delays.sort((a, b) => a - b)[7];
      expect(median).toBeLessThan(SEND_WITHIN_MS);
    });

    test("failures are answers too: a bad status, a time-out, nobody there", async () => {
      const [bad, slow, nobody] = await Promise.all([
        database.query("select net.http_get($1) as id", [`${base}/bad`]),
        database.query("select net.http_get($1, timeout_milliseconds => 100) as id", [`${base}/slow`]),
        database.query("select net.http_get('http://127.0.0.1:1/') as id"),
      ]);
      expect(await answerTo(bad[0]?.id)).toMatchObject({ status_code: 503, error_msg: null });
      expect(await answerTo(slow[0]?.id)).toMatchObject({
        status_code: null,
        timed_out: true,
        error_msg: "Timeout of 100 ms reached",
      });
      expect(await answerTo(nobody[0]?.id)).toMatchObject({ status_code: null, timed_out: false });
    });

    test("many requests at once are each sent once", async () => {
      await database.query("select net.http_get($1 || n) from generate_series(1, 300) n", [`${base}/many/`]);
      const sent = () => calls.map((call) => call.url).filter((url) => url.startsWith("/many/"));
      await eventually(() => Promise.resolve(sent().length >= 300 || undefined));
      expect(new Set(sent()).size).toBe(300);
      expect(sent().length).toBe(300);
    });

    test.each(["ftp://host/x", "file:///etc/passwd", "http:///x", "javascript:alert(1)", ""])(
      "%j is refused",
      async (url) => {
        await expect(database.query("select net.http_get($1)", [url])).rejects.toThrow(
          "must start with http://",
        );
      },
    );
  });

  describe("vault", () => {
    test("a secret is kept encrypted, and read in clear text by name", async () => {
      const [{ id } = {}] = await database.query(
        "select vault.create_secret('s3cret ü', 'token', 'for x') as id",
      );
      const [stored] = await database.query("select secret from vault.secrets where id = $1", [id]);
      expect(stored?.secret).not.toContain("s3cret");
      expect(
        await database.query(
          "select description, decrypted_secret from vault.decrypted_secrets where name = 'token'",
        ),
      )
        .toEqual([{ description: "for x", decrypted_secret: "s3cret ü" }]);
    });

    test("an update changes what is given and keeps the rest", async () => {
      const [{ id } = {}] = await database.query("select vault.create_secret('old', 'changing', 'd') as id");
      await database.query("select vault.update_secret($1, 'new')", [id]);
      await database.query("select vault.update_secret($1, new_description => 'e')", [id]);
      expect(
        await database.query(
          "select name, description, decrypted_secret from vault.decrypted_secrets where id = $1",
          [id],
        ),
      )
        .toEqual([{ name: "changing", description: "e", decrypted_secret: "new" }]);
    });

    test("a name is taken once", async () => {
      await database.query("select vault.create_secret('a', 'unique')");
      await expect(database.query("select vault.create_secret('b', 'unique')")).rejects.toThrow(
        "secrets_name_idx",
      );
    });

    test("the key is in no table, and anon and authenticated reach neither key nor secrets", async () => {
      for (const role of ["anon", "authenticated"]) {
        for (
          const reach of ["vault.decrypted_secrets", "vault.secrets", "vault._key()", "vault._decrypt('')"]
        ) {
          await expect(database.transaction(async (tx) => {
            await tx.script(`set local role ${role}`);
            await tx.query(`select * from ${reach}`);
          })).rejects.toThrow("permission denied for schema vault");
        }
      }
      await expect(database.transaction(async (tx) => {
        await tx.script("set local role service_role");
        await tx.query("select vault._key()");
      })).rejects.toThrow("permission denied for function _key");
    });
  });
});
