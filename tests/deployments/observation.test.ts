import { describe, expect, it } from "vitest";
import { observed } from "../../supabase/functions/_shared/deployments/shell/observation.ts";
import type { DeploymentRow } from "../../supabase/functions/_shared/deployments/store.ts";
import type { BlameRows } from "../../supabase/functions/_shared/deployments/store-blame.ts";
import { deploymentRow } from "./rows.ts";

const NOON = Date.UTC(2025, 0, 6, 12);
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();

const deployment = (id: number, more: Partial<DeploymentRow> = {}) => deploymentRow(id, at(-60), more);

const NOTHING: BlameRows = {
  traffic: [],
  events: [],
  samples: [],
  issues: [],
  configuration: [],
  breakers: [],
  first_signal_at: null,
};

function look(rows: Partial<BlameRows>, deployments: DeploymentRow[] = [], seen = {}) {
  return observed({ ...NOTHING, ...rows }, deployments, seen, NOON, NOON + 60_000);
}

describe("what blame is shown of a project", () => {
  it("passes on only what a minute grew by since the last look, whole", () => {
    const rows = { traffic: [[at(0), "shop@1", "production", 100, 9]] as BlameRows["traffic"] };
    const first = look(rows, [deployment(1, { release: "shop@1" })]);
    const sum = (traffic: { requests: number; failures: number }[]) =>
      traffic.reduce(([a, b], { requests, failures }) => [a! + requests, b! + failures], [0, 0]);
    expect(sum(first.observation.traffic)).toEqual([100, 9]);
    expect(first.observation.traffic.length).toBeGreaterThan(1);
    const second = look({ traffic: [[at(0), "shop@1", "production", 130, 10]] }, [], first.seen);
    expect(sum(second.observation.traffic)).toEqual([30, 1]);
  });

  it("spreads a minute that it hears of late over all of it", () => {
    const { observation } = look({ traffic: [[at(-120), "shop@1", "production", 60, 6]] });
    expect(
      observation.traffic.map(({ at: moment, requests, failures }) => [moment - NOON, requests, failures]),
    )
      .toEqual([-120, -110, -100, -90, -80, -70].map((seconds) => [seconds * 1_000, 10, 1]));
  });

  it("knows a deployment by its release, its commit or the platform's own id, whichever the events bear", () => {
    const rows = [
      deployment(1, { release: "shop@1.4.0" }),
      deployment(2, { service: "mail" }),
      deployment(3, { service: "search", commit_sha: null }),
    ];
    const { observation } = look({
      events: [
        [7, at(0), "shop@1.4.0", "production", 1],
        [7, at(0), rows[1]!.commit_sha!.slice(0, 12), "production", 1],
        [7, at(0), "dpl_3", "production", 1],
        [7, at(0), "", "production", 1],
      ],
    }, rows);
    expect(observation.events.map(({ version }) => version)).toEqual([
      "shop@1.4.0",
      rows[1]!.commit_sha,
      "dpl_3",
      null,
    ]);
    expect(observation.changes.map(({ service, version }) => [service, version])).toEqual([
      ["shop", "shop@1.4.0"],
      ["mail", rows[1]!.commit_sha],
      ["search", "dpl_3"],
    ]);
  });

  it("goes on telling a deployment by its label when all traffic bears that of a later one", () => {
    const { observation } = look({
      traffic: [[at(0), "shop@2", "production", 100, 0]],
    }, [deployment(1, { release: "shop@1" }), deployment(2, { release: "shop@2", promoted_at: at(0) })]);
    expect(observation.changes.map(({ version }) => version)).toEqual(["shop@1", "shop@2"]);
  });

  it("does not rely on labels that nobody bears", () => {
    const { observation } = look({ traffic: [[at(0), "", "production", 100, 0]] }, [
      deployment(1, { release: "shop@1" }),
    ]);
    expect(observation.changes).toMatchObject([{ service: null, version: null }]);
  });

  it("tells the version of an edge function where its errors do", () => {
    const { observation } = look({ events: [[7, at(0), "pay@3", "production", 2]] }, [
      deployment(1, { target: "supabase", external_id: "pay@3", service: "pay", commit_sha: null }),
    ]);
    expect(observation.changes).toMatchObject([{ kind: "edge_function", service: "pay", version: "pay@3" }]);
  });

  it("takes errors without a label for those of the edge function in whose files they are raised, as it was served then", () => {
    const version = (id: number, seconds: number) =>
      deployment(id, {
        target: "supabase",
        external_id: `pay@${id}`,
        service: "pay",
        commit_sha: null,
        promoted_at: at(seconds),
      });
    const rows = [version(3, -600), version(4, 0), deployment(5, { release: "shop@1" })];
    const raisedIn = (id: number, filename: string) => ({
      id,
      first_seen_at: at(0),
      category: "runtime",
      title: "TypeError",
      type: "TypeError",
      release: null,
      environment: null,
      message: null,
      exceptions: [{ frames: [{ filename, inApp: true }] }],
    });
    const given: BlameRows = {
      ...NOTHING,
      traffic: [[at(0), "pay@4", "", 10, 1], [at(0), "shop@1", "production", 10, 1]],
      issues: [raisedIn(7, "supabase/functions/pay/index.ts"), raisedIn(8, "src/cart.ts")],
      events: [
        [7, at(-10), "", "", 1],
        [7, at(10), "shop@1", "", 1],
        [7, at(20), "pay@3", "", 1],
        [8, at(10), "shop@1", "", 1],
        [9, at(10), "", "", 1],
        [10, at(10), "", "", 1],
      ],
    };
    const { observation } = observed(
      given,
      rows,
      {},
      NOON,
      NOON + 60_000,
      (issue) => issue === "9" ? "pay" : null,
    );
    expect(observation.issues.map(({ id, service }) => [id, service])).toEqual([["7", "pay"], ["8", "shop"]]);
    expect(observation.events.map(({ issue, version }) => [issue, version])).toEqual([
      ["7", "pay@3"],
      ["7", "pay@4"],
      ["7", "pay@3"],
      ["8", "shop@1"],
      ["9", "pay@4"],
      ["10", null],
    ]);
  });

  it("shows files, steps of a rollout, risk and the moment it was taken back", () => {
    const { observation } = look({}, [
      deployment(1, {
        files: ["src/cart.ts"],
        touched: { functions: {}, words: ["total"] },
        rollout: [{ at: at(-60), share: 0.1 }, { at: at(0), share: 1 }],
        risk: 0.3,
        rolled_back_at: at(30),
      }),
    ]);
    expect(observation.changes).toMatchObject([{
      files: ["src/cart.ts"],
      touched: { words: ["total"] },
      rollout: [{ at: NOON - 60_000, share: 0.1 }, { at: NOON, share: 1 }],
      risk: 0.3,
      revertedAt: NOON + 30_000,
    }]);
  });

  it("shows an issue's frames, the culprit first, without those of libraries", () => {
    const frame = (filename: string, inApp = true) => ({ filename, inApp, function: "run" });
    const { observation } = look({
      issues: [{
        id: 7,
        first_seen_at: at(0),
        category: "network",
        title: "Error: fetch failed",
        type: "Error",
        release: null,
        environment: "production",
        message: null,
        exceptions: [{
          type: "Error",
          value: "fetch failed",
          frames: [frame("src/main.ts"), frame("node_modules/got.js", false), frame("src/pay.ts")],
        }],
      }],
    });
    expect(observation.issues).toMatchObject([{
      id: "7",
      category: "network",
      frames: [{ file: "src/pay.ts", function: "run" }, { file: "src/main.ts", function: "run" }],
    }]);
  });

  it("shows configuration and flags with the names a message would use, and open breakers as trouble of a dependency", () => {
    const { observation } = look({
      configuration: [{
        key: "app.checkout.timeout_ms",
        version: 4,
        at: at(0),
        flag: null,
        steps: [{ at: at(0), share: 0.1 }, { at: at(40), share: 1 }],
        replaced_at: at(50),
      }, {
        key: "app.new-checkout",
        version: 2,
        at: at(0),
        flag: true,
        steps: [],
        replaced_at: null,
      }],
      breakers: [{ name: "stripe", state: "open", at: at(10) }],
    });
    expect(observation.changes).toMatchObject([{
      kind: "configuration",
      names: ["app.checkout.timeout_ms", "timeout_ms"],
      value: null,
      rollout: [{ at: NOON, share: 0.1 }, { at: NOON + 40_000, share: 1 }],
      revertedAt: NOON + 50_000,
    }, { kind: "flag", names: ["app.new-checkout", "new-checkout"], value: true, rollout: [] }]);
    expect(observation.dependencies).toEqual([
      { name: "stripe", state: "down", source: "calls", at: NOON + 10_000 },
    ]);
  });

  it("shows single events: whom they struck, their flags, and a failed call to somebody outside", () => {
    const call = (url: string, status_code?: number) => ({
      type: "http",
      category: "fetch",
      data: { url, ...status_code === undefined ? {} : { status_code } },
    });
    const page = "https://www.shop.example/cart";
    const seen = (url: string | null, crumb: BlameRows["samples"][number][7]) =>
      look({ samples: [[7, at(1), "shop@1", "production", "ab12", url, { "new-checkout": true }, crumb]] })
        .observation.samples;
    expect(seen(page, call("https://api.stripe.com/v1", 503))).toEqual([{
      at: NOON + 1_000,
      issue: "7",
      user: "ab12",
      flags: { "new-checkout": true },
      call: { host: "api.stripe.com", failed: true },
    }]);
    const callOf = (url: string | null, crumb: BlameRows["samples"][number][7]) => seen(url, crumb)[0]!.call;
    expect(callOf(page, call("https://api.stripe.com/v1"))).toEqual({ host: "api.stripe.com", failed: true });
    expect(callOf(page, call("https://api.stripe.com/v1", 200))?.failed).toBe(false);
    // What fails within the application says nothing of anybody outside.
    const own = { host: null, failed: false };
    expect(callOf(page, call("https://api.shop.example/v1", 500))).toEqual(own);
    expect(callOf(page, call("/api/cart", 500))).toEqual(own);
    expect(callOf("https://a.vercel.app/", call("https://b.vercel.app/", 500))?.failed).toBe(true);
    expect(callOf(null, call("https://api.stripe.com/v1", 500))?.failed).toBe(true);
    expect(callOf(page, null)).toBeNull();
    expect(callOf(page, { type: "http", data: ["no", "address"] })).toBeNull();
  });

  it("shows names in the source around the frames, those where it fails first, and no more than fit", () => {
    const issue = (frames: BlameRows["issues"][number]["exceptions"][number]["frames"]) => ({
      id: 7,
      first_seen_at: at(0),
      category: "runtime",
      title: "boom",
      type: null,
      release: null,
      environment: null,
      exceptions: [{ frames }],
      message: null,
    });
    const sourceOf = (frames: Parameters<typeof issue>[0]) =>
      look({ issues: [issue(frames)] }).observation.issues[0]!.source;
    expect(sourceOf([
      { filename: "src/main.ts", contextLine: "if (isEnabled('new-checkout')) {", preContext: ["", "// go"] },
      { filename: "lib/pool.js", contextLine: "notOurs()", inApp: false },
      {
        filename: "src/pay.ts",
        contextLine: "pay(env.PAYMENT_TIMEOUT_MS)",
        postContext: ["return receipt;"],
      },
    ])).toEqual(["payment_timeout_ms", "return", "receipt", "is_enabled", "new_checkout"]);
    expect(sourceOf([{ filename: "src/pay.ts" }])).toBeNull();
    const many = Array.from({ length: 400 }, (_, index) => `identifier${index}`).join(" ");
    expect(sourceOf([{ filename: "src/pay.ts", contextLine: many }])).toHaveLength(120);
  });

  it("leaves out what other environments did", () => {
    const { observation } = look({
      traffic: [[at(0), "shop@1", "staging", 100, 50]],
      events: [[7, at(0), "shop@1", "preview", 5]],
      samples: [[7, at(0), "shop@1", "preview", "ab12", null, null, null]],
    }, [deployment(1, { environment: "preview" })]);
    expect(observation).toMatchObject({ traffic: [], events: [], samples: [], changes: [] });
  });
});
