import type { z } from "zod";
import { databaseFailure, failures } from "./errors.ts";
import type { DatabaseError } from "./errors.ts";
import { wellFormed } from "./well-formed.ts";

/** The part of a supabase-js client that calls database functions. */
export interface RpcClient {
  rpc(name: string, parameters?: Record<string, unknown>): PromiseLike<DatabaseAnswer>;
}

export interface DatabaseAnswer {
  data: unknown;
  error: DatabaseError | null;
}

/**
 * Calls a database function and checks its result at the border.
 *
 * @throws Failure as `databaseFailure` maps it, or `internal` when the result has another shape than agreed.
 */
export async function callRpc<S extends z.ZodType>(
  client: RpcClient,
  name: string,
  parameters: Record<string, unknown>,
  result: S,
): Promise<z.output<S>> {
  return parseAnswer(await client.rpc(name, wellFormed(parameters)), result, name);
}

/** The rows of any PostgREST answer in the agreed shape, or the failure that its error stands for. */
export function parseAnswer<S extends z.ZodType>(
  answer: DatabaseAnswer,
  result: S,
  what: string,
): z.output<S> {
  if (answer.error) throw databaseFailure(answer.error);
  const parsed = result.safeParse(answer.data);
  if (!parsed.success) {
    throw failures.internal("The database answered in an unexpected shape. Are all migrations applied?", {
      cause: new Error(
        `${what}: ${parsed.error.issues.map((i) => `${i.path.join(".")} ${i.message}`).join("; ")}`,
      ),
    });
  }
  return parsed.data;
}
