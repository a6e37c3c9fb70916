import { breakerSchema } from "../../../supabase/functions/_shared/platform/policies-breaker.ts";
import type {
  BreakerStore,
  VersionedBreaker,
} from "../../../supabase/functions/_shared/platform/policies-store.ts";
import { createPolicies } from "../../../supabase/functions/_shared/platform/policies.ts";
import type { PolicyOf } from "../../../supabase/functions/_shared/actions/targets/policy.ts";
import { NOW } from "./context.ts";

/** The real policies, with breakers kept in memory, as the engine wires them. `names` collects whose they are. */
export function policiesInMemory(names: string[] = []): PolicyOf {
  const breakers = new Map<string, VersionedBreaker>();
  const load = (name: string) => breakers.get(name) ?? { version: 0, breaker: breakerSchema.parse({}) };
  const store: BreakerStore = {
    load: (name) => Promise.resolve(load(name)),
    compareAndSet(name, expectedVersion, next) {
      const applied = load(name).version === expectedVersion;
      if (applied) breakers.set(name, { version: expectedVersion + 1, breaker: next });
      return Promise.resolve({ applied, ...load(name) });
    },
    addMetrics: () => Promise.resolve(),
  };
  const policies = createPolicies({
    store,
    defer: (task) => void task(),
    warn() {},
    now: () => NOW.getTime(),
  });
  return (name) => {
    names.push(name);
    return policies.policy(name, { timeoutMs: 15_000, retries: 0 });
  };
}
