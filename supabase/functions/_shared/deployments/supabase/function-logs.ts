import { z } from "zod";
import { ActionError } from "../../platform/action-error.ts";
import { sendFor, type TargetOptions } from "../targets/request.ts";

/** Requests of one version of a function that began in one minute. */
export interface FunctionMinute {
  /** Id of the function, which logs know instead of its name. */
  functionId: string;
  version: number;
  /** Start of the minute, ms since 1970. */
  at: number;
  requests: number;
  /** Answered with 500 or above, a boot error or a limit of the platform among them. */
  failures: number;
  durationMs: number;
}

const ROWS_LIMIT = 5_000;
/** A look has other projects to see; what is missed now is read with the next one. */
const TIMEOUT_MS = 10_000;
/**
 * ClickHouse, over the one table that the endpoint offers; its attributes are texts. Preflights are answered before the application's own
 * code has its say, and would make any failure look rarer.
 */
const REQUESTS_BY_MINUTE = `-- prunella: requests of edge functions
select
  toUnixTimestamp(toStartOfMinute(timestamp)) as minute_at,
  log_attributes['function_id'] as function_id,
  log_attributes['version'] as version,
  count() as requests,
  countIf(toInt32OrZero(log_attributes['response.status_code']) >= 500) as failures,
  sum(toFloat64OrZero(log_attributes['execution_time_ms'])) as duration_ms
from logs
where source = 'function_edge_logs' and log_attributes['request.method'] != 'OPTIONS'
group by minute_at, function_id, version
order by minute_at desc
limit ${ROWS_LIMIT}`;

/** ClickHouse writes large numbers as texts. */
const count = z.coerce.number().int().nonnegative();
const answerSchema = z.looseObject({
  result: z.array(z.looseObject({
    minute_at: count,
    function_id: z.string(),
    version: z.coerce.number().int().nonnegative().catch(0),
    requests: count,
    failures: count,
    duration_ms: z.coerce.number().nonnegative().catch(0),
  })).nullish(),
  error: z.unknown().optional(),
});

/**
 * What the platform's logs say of all edge functions of a project, at most 24 hours.
 * https://supabase.com/docs/reference/api/v1-get-project-logs
 *
 * @throws ActionError also where the endpoint answers with an error in a successful response
 */
export async function readFunctionLogs(
  target: TargetOptions,
  ref: string,
  from: Date,
  until: Date,
): Promise<FunctionMinute[]> {
  const { result, error } = await sendFor({ ...target, timeoutMs: TIMEOUT_MS }, {
    method: "GET",
    path: `/v1/projects/${encodeURIComponent(ref)}/analytics/endpoints/logs`,
    query: {
      sql: REQUESTS_BY_MINUTE,
      iso_timestamp_start: from.toISOString(),
      iso_timestamp_end: until.toISOString(),
    },
  }, answerSchema);
  if (error || !result) throw new ActionError("unreachable", "Supabase could not read its logs.");
  return result.filter(({ function_id, version, requests }) =>
    function_id !== "" && version > 0 && requests > 0
  ).map((row) => ({
    functionId: row.function_id,
    version: row.version,
    at: row.minute_at * 1000,
    requests: row.requests,
    failures: Math.min(row.failures, row.requests),
    durationMs: row.duration_ms,
  }));
}
