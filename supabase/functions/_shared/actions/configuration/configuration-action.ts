import { z } from "zod";
import type { Diagnosis } from "../../diagnose/diagnosis.ts";
import type { Json, JsonObject } from "../../platform/json.ts";
import type { Action, Risk } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { type Declaration, type DeclarationKind, sameJson } from "../declarations.ts";
import { keyOf, MINUTE_MS, nothingToUndo, SECOND_MS } from "../support/context.ts";
import type { ConfigurationTarget, ConfigurationVersion } from "../targets/configuration.ts";
import type { Targets } from "../targets/targets.ts";

export interface Desired {
  value: Json;
  /** The version whose value it is, when it is a revert. */
  revertsVersion?: number;
}

export interface ConfigurationSpec<P extends JsonObject & { key: string }> {
  name: string;
  title: string;
  description: string;
  risk: Risk;
  parameters: z.ZodType<P>;
  propose(diagnosis: Diagnosis): P | null;
  /** The value that the key shall have. Throws when there is none to choose. */
  desired(
    current: ConfigurationVersion,
    parameters: P,
    target: ConfigurationTarget,
  ): Desired | Promise<Desired>;
}

// Applications read their configuration every few seconds.
const RECOVERY_MS = 3 * SECOND_MS;
const WINDOW_MS = 5 * MINUTE_MS;

const beforeSchema = z.object({
  version: z.int(),
  value: z.json(),
  to: z.json(),
  reverts_version: z.int().optional(),
});

/**
 * An action that gives one key another value. Every write is a compare-and-set on the version that was captured: if somebody
 * changed the key meanwhile, the fix fails and their change stays. The same holds for the rollback.
 */
export function configurationAction<P extends JsonObject & { key: string }>(
  spec: ConfigurationSpec<P>,
): Action<P, Targets> {
  return {
    name: spec.name,
    title: spec.title,
    description: spec.description,
    risk: spec.risk,
    parameters: spec.parameters,
    propose: spec.propose,
    target: "configuration",
    reversible: true,
    expectedRecoveryMs: RECOVERY_MS,
    verificationWindowMs: WINDOW_MS,
    targetKey: ({ key }) => `configuration:${key}`,

    async capture({ targets: { configuration } }, parameters) {
      const current = await configuration.read(parameters.key);
      if (!current) {
        throw new ActionError("not_applicable", `The configuration has no key ${parameters.key}.`);
      }
      const desired = await spec.desired(current, parameters, configuration);
      if (sameJson(desired.value, current.value)) {
        throw new ActionError("not_applicable", `${parameters.key} has the wanted value already.`);
      }
      return {
        version: current.version,
        value: current.value,
        to: desired.value,
        ...(desired.revertsVersion === undefined ? {} : { reverts_version: desired.revertsVersion }),
      };
    },

    async apply(context, { key }, captured) {
      const before = beforeSchema.parse(captured);
      return await change(context.targets.configuration, {
        key,
        expectedVersion: before.version,
        value: before.to,
        reason: `${spec.title} (fix ${context.fixId})`,
        idempotencyKey: context.idempotencyKey,
        revertsVersion: before.reverts_version,
      });
    },

    async observe({ targets: { configuration }, idempotencyKey }, { key }) {
      return await configuration.writtenBy(key, idempotencyKey) ? "applied" : "not_applied";
    },

    async rollback(context, { key }, captured) {
      const before = beforeSchema.parse(captured);
      const { configuration } = context.targets;
      const applied = await configuration.writtenBy(key, keyOf(context, "apply"));
      if (!applied) return await nothingToUndo();
      return await change(configuration, {
        key,
        expectedVersion: applied.version,
        value: before.value,
        reason: `Rollback: ${spec.title} (fix ${context.fixId})`,
        idempotencyKey: context.idempotencyKey,
        revertsVersion: before.version,
      });
    },
  };
}

async function change(
  target: ConfigurationTarget,
  wanted: Parameters<ConfigurationTarget["set"]>[0],
): Promise<JsonObject> {
  const { outcome, version } = await target.set(wanted);
  if (outcome !== "conflict") return { outcome, version };
  throw new ActionError(
    "conflict",
    `${wanted.key} is no longer at version ${wanted.expectedVersion}: somebody changed it, and their change stays.`,
  );
}

/** The declaration of a key, which must be of this kind. */
export async function declarationOf<K extends DeclarationKind>(
  target: ConfigurationTarget,
  key: string,
  kind: K,
): Promise<Extract<Declaration, { kind: K }>> {
  const declaration = (await target.declarations())[key];
  if (!isKind(declaration, kind)) {
    throw new ActionError(
      "not_applicable",
      `${key} is not declared as a ${kind}. Add it to the key declarations.`,
    );
  }
  return declaration;
}

function isKind<K extends DeclarationKind>(
  declaration: Declaration | undefined,
  kind: K,
): declaration is Extract<Declaration, { kind: K }> {
  return declaration?.kind === kind;
}
