import { z } from "zod";
import { breakerSchema } from "./policies-breaker.ts";
import type { Breaker } from "./policies-breaker.ts";
import { callRpc } from "./rpc.ts";
import type { RpcClient } from "./rpc.ts";

/** A breaker with the version that a change must name. Version 0: it was never stored. */
export interface VersionedBreaker {
  version: number;
  breaker: Breaker;
}

/** Calls of one minute, by how they ended; each call is in exactly one of the counts. */
export interface BreakerMinute {
  minute_at: string;
  success_count: number;
  failure_count: number;
  rejected_count: number;
  timeout_count: number;
}

/** Where breakers live, shared by all isolates. Every method may fail; then isolates go on alone. */
export interface BreakerStore {
  load(name: string): Promise<VersionedBreaker>;
  /** Stores `next` if the version is still the expected one, and answers what is there afterwards. */
  compareAndSet(
    name: string,
    expectedVersion: number,
    next: Breaker,
  ): Promise<{ applied: boolean } & VersionedBreaker>;
  addMetrics(name: string, minutes: BreakerMinute[]): Promise<void>;
}

const loaded = z.array(
  z.object({ name: z.string(), version: z.coerce.number().int(), state: breakerSchema }),
);
const reported = z.object({ applied: z.boolean(), version: z.coerce.number().int(), state: breakerSchema });

/** Breakers in the table `circuit_breaker_state`. The client must have the service role. */
export function databaseBreakers(client: () => RpcClient): BreakerStore {
  return {
    async load(name) {
      const [row] = await callRpc(client(), "breaker_load", { p_names: [name] }, loaded);
      return row
        ? { version: row.version, breaker: row.state }
        : { version: 0, breaker: breakerSchema.parse({}) };
    },
    async compareAndSet(name, expectedVersion, next) {
      const parameters = { p_name: name, p_expected_version: expectedVersion, p_state: next, p_metrics: [] };
      const { applied, version, state } = await callRpc(client(), "breaker_report", parameters, reported);
      return { applied, version, breaker: state };
    },
    async addMetrics(name, minutes) {
      const parameters = { p_name: name, p_expected_version: 0, p_state: null, p_metrics: minutes };
      await callRpc(client(), "breaker_report", parameters, z.unknown());
    },
  };
}
