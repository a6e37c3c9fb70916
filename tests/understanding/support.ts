import type { Observation, Shape } from "../../supabase/functions/_shared/learn/patterns/shape.ts";
import { maskedWords } from "../../supabase/functions/_shared/learn/patterns/words.ts";
import type { RpcClient } from "../../supabase/functions/_shared/platform/rpc.ts";
import type { ErrorEvent } from "../../supabase/functions/_shared/signals/event.ts";
import { eventOfExample } from "../../supabase/functions/_shared/diagnose/patterns/example.ts";
import type { ExampleEvent } from "../../supabase/functions/_shared/diagnose/patterns/pattern.ts";
import type { TestDatabase } from "../support/database.ts";

/** A client with the service role, as the engine has it. Functions that return a set answer with a list, as over PostgREST. */
export function serviceClient(db: TestDatabase): RpcClient {
  const sets = new Map<string, boolean>();
  const returnsSet = async (name: string) => {
    const [row] = await db.query("select proretset as is_set from pg_proc where proname = $1 limit 1", [
      name,
    ]);
    sets.set(name, row?.is_set === true);
    return row?.is_set === true;
  };
  return {
    async rpc(name, parameters = {}) {
      try {
        const rows = await db.rpc(name, Object.fromEntries(Object.entries(parameters).map(asArgument)));
        if (sets.get(name) ?? await returnsSet(name)) return { data: rows, error: null };
        return { data: rows[0]?.[name] ?? null, error: null };
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "XX000";
        return {
          data: null,
          error: { code, message: error instanceof Error ? error.message : String(error) },
        };
      }
    },
  };
}

/** PostgREST takes JSON; a list of texts is a text[] there, any other list or object a jsonb. */
function asArgument([name, value]: [string, unknown]): [string, unknown] {
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string")) {
    return [name, value];
  }
  return [name, typeof value === "object" && value !== null ? JSON.stringify(value) : value];
}

export function event(example: ExampleEvent, more: Partial<ErrorEvent> = {}): ErrorEvent {
  return { ...eventOfExample(example), ...more };
}

let ids = 0;

export function observation(
  projectId: number,
  message: string,
  more: Partial<Omit<Observation, "shape">> & { shape?: Partial<Shape> } = {},
): Observation {
  return {
    id: ++ids,
    projectId,
    action: "configuration.revert",
    shareable: true,
    success: true,
    ...more,
    shape: {
      platform: "node",
      category: "dependency",
      severity: "medium",
      types: [],
      codes: [],
      statuses: [],
      words: maskedWords(message),
      ...more.shape,
    },
  };
}
