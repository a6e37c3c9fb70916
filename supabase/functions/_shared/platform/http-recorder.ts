/** Upper bounds in milliseconds of the latency histogram; the last bucket takes everything above. */
export const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000] as const;

/** One answered request. */
export interface ObservedCall {
  function: string;
  status: number;
  durationMs: number;
  at: Date;
}

/** Calls of one function, minute and status class, summed. What `record_function_calls` takes. */
export interface CallSummary {
  function: string;
  minute_at: string;
  status_class: string;
  call_count: number;
  duration_ms_sum: number;
  duration_ms_max: number;
  /** Not cumulative; one more entry than there are bounds. */
  bucket_counts: number[];
}

/** A server error of one of our own functions, scrubbed. What `record_function_errors` takes. */
export interface ErrorReport {
  function: string;
  route: string;
  method: string;
  code: string;
  error_type: string;
  message: string;
  stack: string | null;
  request_id: string;
  occurred_at: string;
}

/** Where summaries go. May fail: then they are kept and sent with the next batch. */
export interface RecorderSink {
  calls(summaries: CallSummary[]): Promise<void>;
  errors(reports: ErrorReport[]): Promise<void>;
}

export interface Recorder {
  observe(call: ObservedCall): void;
  /** Takes the report unless the same kind of error, or too many, were reported within the minute. */
  report(report: ErrorReport): void;
  flush(): Promise<void>;
}

export interface RecorderOptions {
  sink: RecorderSink;
  /** Runs the task once, soon, without holding up the answer. */
  defer(task: () => Promise<void>): void;
  warn(message: string, error: unknown): void;
}

/** Errors reported per isolate and minute. A failing database must not turn into a storm about itself. */
export const REPORTS_PER_MINUTE = 10;
/** Summaries kept while the sink fails: about an hour of one function in all status classes. */
export const KEPT_SUMMARIES = 300;

/**
 * Sums up the calls of one isolate and hands them on in batches. Losing a batch loses statistics and nothing else,
 * so no failure of the sink ever reaches a caller.
 */
export function createRecorder({ sink, defer, warn }: RecorderOptions): Recorder {
  let summaries = new Map<string, CallSummary>();
  let reports: ErrorReport[] = [];
  let window = { minute: "", kinds: new Set<string>() };
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    defer(flush);
  }

  async function flush(): Promise<void> {
    scheduled = false;
    const calls = [...summaries.values()];
    const errors = reports;
    summaries = new Map();
    reports = [];
    if (calls.length > 0) {
      try {
        await sink.calls(calls);
      } catch (error) {
        warn("function calls were not recorded", error);
        for (const call of calls) merge(summaries, call);
      }
    }
    if (errors.length > 0) {
      try {
        await sink.errors(errors);
      } catch (error) {
        // Not kept: errors about errors would pile up exactly when the database is in trouble.
        warn("function errors were not recorded", error);
      }
    }
  }

  return {
    observe(call) {
      merge(summaries, summarise(call));
      schedule();
    },
    report(report) {
      const minute = report.occurred_at.slice(0, 16);
      if (window.minute !== minute) window = { minute, kinds: new Set() };
      const kind = `${report.function} ${report.route} ${report.code} ${report.error_type}`;
      if (window.kinds.has(kind) || window.kinds.size >= REPORTS_PER_MINUTE) return;
      window.kinds.add(kind);
      reports.push(report);
      schedule();
    },
    flush,
  };
}

/** One call as a summary of one. */
export function summarise(call: ObservedCall): CallSummary {
  const bucket = LATENCY_BOUNDS_MS.findIndex((bound) => call.durationMs <= bound);
  const counts = new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
  counts[bucket === -1 ? LATENCY_BOUNDS_MS.length : bucket] = 1;
  const durationMs = Math.round(call.durationMs * 1000) / 1000;
  return {
    function: call.function,
    minute_at: `${call.at.toISOString().slice(0, 16)}:00.000Z`,
    status_class: `${Math.floor(call.status / 100)}xx`,
    call_count: 1,
    duration_ms_sum: durationMs,
    duration_ms_max: durationMs,
    bucket_counts: counts,
  };
}

function merge(into: Map<string, CallSummary>, call: CallSummary): void {
  const key = `${call.function} ${call.minute_at} ${call.status_class}`;
  const sum = into.get(key);
  if (!sum) {
    if (into.size < KEPT_SUMMARIES) into.set(key, call);
    return;
  }
  sum.call_count += call.call_count;
  sum.duration_ms_sum += call.duration_ms_sum;
  sum.duration_ms_max = Math.max(sum.duration_ms_max, call.duration_ms_max);
  sum.bucket_counts = sum.bucket_counts.map((count, i) => count + (call.bucket_counts[i] ?? 0));
}
