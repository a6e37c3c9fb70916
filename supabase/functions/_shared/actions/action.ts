import type { z } from "zod";
import type { JsonObject } from "../platform/json.ts";
import type { Diagnosis } from "../diagnose/diagnosis.ts";

export type Risk = "safe" | "guarded" | "dangerous";
export type TargetKind =
  | "configuration"
  | "postgres"
  | "webhook"
  | "notify"
  | "github"
  | "vercel"
  | "supabase"
  | "process";

/** What `observe` saw. `unknown` means the target cannot tell: then nothing is sent twice, and a human is asked. */
export type Observation = "applied" | "not_applied" | "unknown";

/** What an action is given. `Targets` is the set of adapters in `actions/targets/`. */
export interface ActionContext<Targets = unknown> {
  projectId: number;
  fixId: string;
  issueId: number;
  /** Stable for one fix and phase: `fix:<id>:apply` or `fix:<id>:rollback`. Sent to every target that knows such keys. */
  idempotencyKey: string;
  now: Date;
  targets: Targets;
}

/**
 * Something Prunella can do. One file each in `actions/`, listed in `actions/catalogue.ts`.
 *
 * `capture` runs first and its result is stored before anything is touched: it is what `rollback` restores and what
 * `observe` compares with. `apply` and `rollback` make exactly one side effect each. After a crash the engine calls
 * `observe` before it would act again.
 */
export interface Action<P extends JsonObject = JsonObject, Targets = unknown> {
  /** `<target>.<verb>`, e.g. `configuration.revert`. */
  name: string;
  title: string;
  description: string;
  target: TargetKind;
  risk: Risk;
  reversible: boolean;
  parameters: z.ZodType<P>;
  /** Milliseconds until the effect can be seen; verification starts after that. */
  expectedRecoveryMs: number;
  /** Milliseconds within which the fix is verified or rolled back. */
  verificationWindowMs: number;
  /** True for actions that inform people and change nothing: they need no verification and never close an issue. */
  informational?: boolean;
  /** The name of the model that proposed it, where `propose` gives what a language model asked for. */
  proposedBy?: string;
  /** What is acted on; at most one active fix exists per project and target key. */
  targetKey(parameters: P): string;
  /** Parameters for this diagnosis, or null when the action has nothing to act on. */
  propose(diagnosis: Diagnosis): P | null;
  capture(context: ActionContext<Targets>, parameters: P): Promise<JsonObject>;
  apply(context: ActionContext<Targets>, parameters: P, before: JsonObject): Promise<JsonObject>;
  observe(context: ActionContext<Targets>, parameters: P, before: JsonObject): Promise<Observation>;
  rollback(context: ActionContext<Targets>, parameters: P, before: JsonObject): Promise<JsonObject>;
}
