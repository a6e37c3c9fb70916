import { pause } from "../../examples/shop/configuration.ts";
import { type Child } from "../lab/child.ts";
import { changeConfiguration } from "../lab/project.ts";
import { startLoadProcess, startShopProcess } from "../lab/shop-process.ts";
import type { Platform } from "../platform/start.ts";
import { connectPipeline, GOOD_RELEASE, type Pipeline } from "./bad-release.ts";
import { Customers } from "./customers.ts";
import { chooseBadChange } from "./faults.ts";
import { type Releases, startReleases } from "./releases.ts";
import { tellHowToApprove } from "./review.ts";
import type { ShopProject } from "./shop-project.ts";
import type { Terminal } from "./terminal.ts";
import { Timeline, type Told } from "./timeline.ts";

const REQUESTS_PER_SECOND = 25;
/** A fault is only seen against a healthy past. */
const BASELINE_MS = 10_000;
const LOOK_MS = 150;
/** The first fault heals within seconds; after so long something is wrong. */
const HEAL_TIMEOUT_MS = 90_000;
/** Between two faults, in milliseconds: time to read. */
const BREATHER_MS = 6_000;
/** Silence after which customers count as served again. */
const CALM_MS = 2_000;

const ENDS = ["lesson_learnt", "fix_failed", "fix_expired", "fix_dismissed"];

/** Breaks the shop three times, and tells what Prunella does about it. */
export class Demonstration {
  readonly #timeline: Timeline;
  readonly #customers = new Customers();
  #releases: Releases | null = null;
  #pipeline: Pipeline | null = null;
  #load: Child | null = null;

  constructor(
    private readonly platform: Platform,
    private readonly project: ShopProject,
    private readonly terminal: Terminal,
    private readonly stopAsked: AbortSignal,
  ) {
    this.#timeline = new Timeline(platform, project.id, terminal);
  }

  /** Runs until it is stopped; with `once` until the first fault has healed. Returns whether it has. */
  async run(once: boolean): Promise<boolean> {
    await this.#begin();
    const healed = await this.#breakConfiguration();
    if (once) return healed;
    await this.#pause(BREATHER_MS);
    await this.#deployBadRelease();
    await this.#pause(BREATHER_MS);
    await this.#breakPayments();
    return healed;
  }

  async stop(): Promise<void> {
    await this.#load?.stop();
    await this.#releases?.stop();
  }

  async #begin(): Promise<void> {
    const { project, terminal } = this;
    this.#tellAddresses();
    this.#releases = await startReleases((release) =>
      startShopProcess({
        dsn: project.dsn,
        configurationUrl: project.configurationUrl,
        configurationKey: project.kept.configurationKey ?? "",
        release,
      }), GOOD_RELEASE);
    this.#pipeline = await connectPipeline(this.platform, project, this.#releases);
    await this.#pipeline.report(GOOD_RELEASE);
    this.#load = startLoadProcess(
      { url: this.#releases.url, perSecond: REQUESTS_PER_SECOND, seed: 1 },
      (report) => this.#customers.add(report),
    );
    terminal.line(
      `The shop is open at ${this.#releases.url}; customers come. ${BASELINE_MS / 1000} s of peace ...`,
    );
    await this.#pause(BASELINE_MS);
    await this.#timeline.skip();
    const failing = Math.round(this.#customers.failingShare() * 100);
    terminal.line(
      `${Math.round(this.#customers.perSecond())} requests a second, ${failing} % of them fail.` +
        ` Prunella's mode for this project is auto: it acts alone from ${await this
          .#threshold()} confidence.`,
    );
    terminal.line();
  }

  async #threshold(): Promise<string> {
    const [row] = await this.platform.sql(
      "select prunella.limit_of($1, 'auto_apply_threshold', 0.85) as threshold",
      [this.project.id],
    );
    return `${Math.round(Number(row?.threshold) * 100)} %`;
  }

  async #breakConfiguration(): Promise<boolean> {
    const { platform, project, terminal } = this;
    const { key, value, reason } = await chooseBadChange(platform, project.id);
    const { version, at } = await changeConfiguration(platform, project.id, key, value, reason);
    this.#timeline.begin(at);
    terminal.event(
      0,
      "fault",
      `Somebody sets ${key} to ${JSON.stringify(value)} (version ${version}: "${reason}").`,
      "red",
    );
    const told = await this.#follow((seen) => seen.some(({ kind }) => ENDS.includes(kind)), HEAL_TIMEOUT_MS);
    const healed = told.some(({ kind }) => kind === "fix_succeeded");
    if (!healed && !this.stopAsked.aborted) {
      terminal.line(terminal.paint("red", "This fault was not healed."));
    }
    terminal.line();
    return healed;
  }

  async #deployBadRelease(): Promise<void> {
    const { terminal } = this;
    if (this.stopAsked.aborted || !this.#releases || !this.#pipeline) return;
    if (await this.#pipeline.coolsDown()) {
      terminal.line(
        "The shop was rolled back a moment ago and is left alone for now, so no bad release this time.",
      );
      terminal.line();
      return;
    }
    const release = await this.#pipeline.nextRelease();
    const deployedAt = await this.#releases.deploy(release);
    await this.#pipeline.report(release, {
      author: "ada",
      message: "Tell on the receipt how many points an order has earned",
      files: ["examples/shop/loyalty.ts", "examples/shop/main.ts", "examples/shop/shop.ts"],
    });
    this.#timeline.begin(deployedAt);
    terminal.event(0, "fault", `${release} is deployed. Small orders have no loyalty tier.`, "red");
    const told = await this.#follow((seen) => seen.some(({ kind }) => ENDS.includes(kind)), HEAL_TIMEOUT_MS);
    if (told.some(({ kind }) => kind === "fix_succeeded")) {
      terminal.line(`The shop serves ${this.#releases.current()} again.`);
    } else if (!this.stopAsked.aborted) terminal.line(terminal.paint("red", "This fault was not healed."));
    terminal.line();
  }

  async #breakPayments(): Promise<void> {
    const { project, terminal } = this;
    if (this.stopAsked.aborted) return;
    project.payments.conditions.stuck = true;
    this.#timeline.begin(new Date());
    terminal.event(0, "fault", "The payment service hangs: all its workers are busy for ever.", "red");
    const told = await this.#follow((seen) => seen.some(waits), HEAL_TIMEOUT_MS);
    const waiting = told.find(waits)?.fixId ?? await this.#waitingFix();
    if (waiting !== null) tellHowToApprove(terminal, this.platform, project.operator, waiting);
    else if (!this.stopAsked.aborted) {
      terminal.line(
        "Nothing was proposed this time: a human may have dismissed this fix before, and then it is not proposed again.",
      );
    }
    terminal.line("Everything stays up. Ctrl+C ends it.");
    terminal.line();
    await this.#follow(() => false, Infinity);
  }

  /** A proposal of an earlier start that nobody has answered. */
  async #waitingFix(): Promise<number | null> {
    const [row] = await this.platform.sql(
      "select id from public.auto_fixes where project_id = $1 and state in ('proposed', 'in_review') order by id desc limit 1",
      [this.project.id],
    );
    return row ? Number(row.id) : null;
  }

  /** Tells what happens until `isOver`, for the time given at most. Also tells when customers are served again. */
  async #follow(isOver: (told: Told[]) => boolean, timeoutMs: number): Promise<Told[]> {
    const told: Told[] = [];
    const until = Date.now() + timeoutMs;
    let suffering = false;
    while (Date.now() < until && !this.stopAsked.aborted && !isOver(told)) {
      told.push(...await this.#timeline.tell());
      if (this.#customers.calmMs() < CALM_MS) suffering = true;
      else if (suffering) {
        suffering = false;
        const at = this.#timeline.since(this.#customers.lastFailureAt);
        this.terminal.event(
          this.#timeline.since(new Date()),
          "customers",
          `are served again; the last failure was ${at?.toFixed(1)} s after the fault.`,
          "green",
        );
      }
      await this.#pause(LOOK_MS);
    }
    return told;
  }

  #pause(ms: number): Promise<void> {
    return pause(ms, this.stopAsked);
  }

  #tellAddresses(): void {
    const { platform, project, terminal } = this;
    const rows: [string, string][] = [
      ["Studio", platform.url],
      ["REST", `${platform.url}/rest/v1`],
      ["Functions", platform.functionsUrl],
      ["Metrics", `${platform.functionsUrl}/metrics`],
      ["DSN", project.dsn],
      ["Operator", `${project.operator.email}, password ${project.operator.password}`],
    ];
    terminal.line();
    for (const [name, value] of rows) terminal.line(`  ${name.padEnd(10)} ${value}`);
    terminal.line();
  }
}

function waits({ kind }: Told): boolean {
  return kind === "fix_proposed" || kind === "fix_in_review";
}
