import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BATCH_LIMITS, nextBatch } from "../../supabase/functions/_shared/signals/ingest/batching.ts";
import { GroupCommit } from "../../supabase/functions/_shared/signals/ingest/group-commit.ts";
import type { Row } from "../../supabase/functions/_shared/signals/ingest/rows.ts";
import { batchBody, recordBatch } from "../../supabase/functions/_shared/signals/ingest/store.ts";
import { WriteFailure } from "../../supabase/functions/_shared/signals/ingest/write-failure.ts";

const row = (name: string, kind: Row["kind"] = "events"): Row => ({ kind, json: JSON.stringify({ name }) });
const nameOf = ({ json }: Row) => JSON.parse(json).name as string;

/** Time that passes only when somebody sleeps, and a database that answers when it is told to. */
function harness(limits = BATCH_LIMITS) {
  let time = 0;
  const calls: { names: string[]; resolve: () => void; reject: (error: unknown) => void }[] = [];
  const commit = new GroupCommit({
    limits,
    now: () => time,
    sleep: (ms) => Promise.resolve().then(() => void (time += ms)),
    write: (rows) =>
      new Promise((resolve, reject) => calls.push({ names: rows.map(nameOf), resolve, reject })),
  });
  const settled = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  return { commit, calls, settled };
}

describe("deciding what to send", () => {
  const waiting = (rows: number, chars: number, since = 0) => ({ rows, chars, since });
  const limits = { rows: 10, chars: 100, lingerMs: 5, inFlight: 2, queuedChars: 1000 };

  it.each([
    ["nothing", [], 0, 99, null],
    ["one that just came", [waiting(1, 1)], 0, 2, { waitMs: 3 }],
    ["one that waited", [waiting(1, 1)], 0, 5, { take: 1 }],
    ["a full batch at once", [waiting(9, 1), waiting(1, 1)], 0, 0, { take: 2 }],
    ["only what fits by rows", [waiting(6, 1), waiting(6, 1)], 0, 0, { take: 1 }],
    ["only what fits by size", [waiting(1, 60), waiting(1, 60)], 0, 0, { take: 1 }],
    ["a request that is too large for any batch, alone", [waiting(50, 5000), waiting(1, 1)], 0, 0, {
      take: 1,
    }],
    ["nothing while all calls are busy", [waiting(50, 5000)], 2, 99, null],
  ])(
    "sends %s",
    (_, queue, inFlight, now, expected) => expect(nextBatch(queue, inFlight, now, limits)).toEqual(expected),
  );

  it("never exceeds a bound, except for a request that does so alone", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            rows: fc.integer({ min: 1, max: 20 }),
            chars: fc.integer({ min: 1, max: 200 }),
            since: fc.constant(0),
          }),
          { minLength: 1 },
        ),
        (queue) => {
          const next = nextBatch(queue, 0, 100, limits);
          const taken = queue.slice(0, next && "take" in next ? next.take : 0);
          expect(taken.length).toBeGreaterThan(0);
          if (taken.length === 1) return;
          expect(taken.reduce((sum, each) => sum + each.rows, 0)).toBeLessThanOrEqual(limits.rows);
          expect(taken.reduce((sum, each) => sum + each.chars, 0)).toBeLessThanOrEqual(limits.chars);
        },
      ),
    );
  });
});

describe("group commit", () => {
  it("lets concurrent requests share one call, and answers each only after its commit", async () => {
    const { commit, calls, settled } = harness();
    const answered: string[] = [];
    const all = ["a", "b", "c"].map((name) => commit.submit([row(name)]).then(() => answered.push(name)));
    await settled();
    expect(calls.map((call) => call.names)).toEqual([["a", "b", "c"]]);
    expect(answered).toEqual([]);
    calls[0]!.resolve();
    await Promise.all(all);
    expect(answered).toEqual(["a", "b", "c"]);
  });

  it("keeps to its number of calls, and sends what gathered meanwhile when one ends", async () => {
    const { commit, calls, settled } = harness({ ...BATCH_LIMITS, inFlight: 1 });
    const first = commit.submit([row("a")]);
    await settled();
    const others = ["b", "c"].map((name) => commit.submit([row(name)]));
    await settled();
    expect(calls).toHaveLength(1);
    calls[0]!.resolve();
    await first;
    await settled();
    expect(calls[1]!.names).toEqual(["b", "c"]);
    calls[1]!.resolve();
    await Promise.all(others);
  });

  it("turns requests away when too much waits", async () => {
    const { commit, settled } = harness({ ...BATCH_LIMITS, inFlight: 1, queuedChars: 30 });
    void commit.submit([row("in flight")]);
    await settled();
    void commit.submit([row("waiting")]);
    await expect(commit.submit([row("one too many")])).rejects.toMatchObject({ kind: "busy" });
  });

  it("does not call the database for nothing", async () => {
    const { commit, calls } = harness();
    expect(await commit.submit([])).toEqual({ written: 0, refused: 0 });
    expect(calls).toHaveLength(0);
  });

  it("finds the rows that are refused, and writes all their neighbours", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
        async (requests) => {
          fc.pre(requests.flat().filter((poison) => poison).length <= 4);
          const written: string[] = [];
          const commit = new GroupCommit({
            sleep: () => Promise.resolve(),
            write: (rows) => {
              if (rows.some((each) => nameOf(each).startsWith("poison"))) {
                return Promise.reject(new WriteFailure("refused", "22P02"));
              }
              written.push(...rows.map(nameOf));
              return Promise.resolve();
            },
          });
          const receipts = await Promise.all(
            requests.map((poisons, i) =>
              commit.submit(poisons.map((poison, j) => row(`${poison ? "poison" : "good"} ${i} ${j}`)))
            ),
          );
          receipts.forEach((receipt, i) => {
            expect(receipt.refused).toBe(requests[i]!.filter((poison) => poison).length);
            expect(receipt.written).toBe(requests[i]!.filter((poison) => !poison).length);
          });
          expect(written.length).toBe(requests.flat().filter((poison) => !poison).length);
        },
      ),
    );
  });

  it("bounds the calls that a batch full of refused rows may cause", async () => {
    let calls = 0;
    const commit = new GroupCommit({
      sleep: () => Promise.resolve(),
      write: () => (calls++, Promise.reject(new WriteFailure("refused", "22P02"))),
    });
    expect(await commit.submit(Array.from({ length: 400 }, (_, i) => row(String(i))))).toEqual({
      written: 0,
      refused: 400,
    });
    expect(calls).toBeLessThan(60);
  });

  it("asks a busy database again, and then gives up", async () => {
    let calls = 0;
    const after = (busy: number) =>
      new GroupCommit({
        sleep: () => Promise.resolve(),
        write: () => calls++ < busy ? Promise.reject(new WriteFailure("busy", "40001")) : Promise.resolve(),
      });
    expect(await after(2).submit([row("a")])).toEqual({ written: 1, refused: 0 });
    expect(calls).toBe(3);
    calls = 0;
    await expect(after(99).submit([row("a")])).rejects.toMatchObject({ kind: "busy" });
    expect(calls).toBe(4);
  });

  it("repeats after an unknown outcome only what may be written twice", async () => {
    let calls = 0;
    const commit = new GroupCommit({
      sleep: () => Promise.resolve(),
      write: () => (calls++, Promise.reject(new WriteFailure("unknown", "no answer"))),
    });
    await expect(commit.submit([row("a", "traffic")])).rejects.toMatchObject({ kind: "unknown" });
    expect(calls).toBe(1);
    await expect(commit.submit([row("a", "events")])).rejects.toMatchObject({ kind: "unknown" });
    expect(calls).toBe(5);
  });

  it("fails exactly the requests of a batch that fails", async () => {
    const { commit, calls, settled } = harness({ ...BATCH_LIMITS, rows: 1, inFlight: 2 });
    const a = commit.submit([row("a")]);
    const b = commit.submit([row("b")]);
    await settled();
    calls.find((call) => call.names[0] === "a")!.reject(new WriteFailure("broken", "no such function"));
    calls.find((call) => call.names[0] === "b")!.resolve();
    await expect(a).rejects.toMatchObject({ kind: "broken" });
    expect(await b).toEqual({ written: 1, refused: 0 });
  });
});

describe("the call to the database", () => {
  const access = { url: "http://db.example.org", secretKey: "sb_secret_x" };
  const answering = (status: number, body: unknown) => () =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));
  const outcome = (fetcher: typeof fetch) =>
    recordBatch(access, [row("a")], fetcher).then(() => "written", (error: WriteFailure) => error.kind);

  it("carries the rows by kind", () => {
    expect(JSON.parse(batchBody([row("a"), row("b", "traffic"), row("c")]))).toEqual({
      p_batch: { events: [{ name: "a" }, { name: "c" }], traffic: [{ name: "b" }], heartbeats: [] },
    });
    expect(JSON.parse(batchBody([]))).toEqual({ p_batch: { events: [], traffic: [], heartbeats: [] } });
  });

  it.each([
    [200, { accepted: 1 }, "written"],
    [400, { code: "22P05" }, "refused"],
    [409, { code: "23514" }, "refused"],
    [413, {}, "refused"],
    [500, { code: "40P01" }, "busy"],
    [500, { code: "57014" }, "busy"],
    [503, { code: "PGRST001" }, "busy"],
    [503, {}, "busy"],
    [502, {}, "unknown"],
    [504, {}, "unknown"],
    [401, { message: "invalid key" }, "broken"],
    [404, { code: "PGRST202" }, "broken"],
    [403, { code: "42501" }, "broken"],
  ])(
    "takes %i %j for %s",
    async (status, body, expected) =>
      expect(await outcome(answering(status, body) as typeof fetch)).toBe(expected),
  );

  it("does not know what became of a call that broke off", async () => {
    expect(await outcome(() => Promise.reject(new TypeError("connection reset")))).toBe("unknown");
  });
});
