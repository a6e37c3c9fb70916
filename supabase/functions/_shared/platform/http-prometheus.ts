/** One line of a metric family. A histogram's bounds go up, and its counts are not cumulative, one more than bounds. */
export interface Sample {
  labels?: Record<string, string>;
  value: number;
}
export interface HistogramSample {
  labels?: Record<string, string>;
  bounds: readonly number[];
  counts: readonly number[];
  sum: number;
}
export interface SummarySample {
  labels?: Record<string, string>;
  sum: number;
  count: number;
}

/** A metric with its meaning. Names carry their base unit, counters end in `_total`, as Prometheus asks. */
export type Family =
  & { name: string; help: string }
  & (
    | { type: "counter" | "gauge"; samples: Sample[] }
    | { type: "histogram"; samples: HistogramSample[] }
    | { type: "summary"; samples: SummarySample[] }
  );

/** What a scraper expects to be told. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * The families in Prometheus' text format 0.0.4. Families without samples are left out.
 *
 * @example renderPrometheus([{ name: "up", help: "Whether it runs.", type: "gauge", samples: [{ value: 1 }] }])
 * // "# HELP up Whether it runs.\n# TYPE up gauge\nup 1\n"
 */
export function renderPrometheus(families: Family[]): string {
  return families.filter((family) => family.samples.length > 0).map((family) =>
    [
      `# HELP ${family.name} ${family.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${family.name} ${family.type}`,
      ...linesOf(family),
      "",
    ].join("\n")
  ).join("");
}

function linesOf(family: Family): string[] {
  const { name } = family;
  switch (family.type) {
    case "counter":
    case "gauge":
      return family.samples.map(({ labels, value }) => line(name, labels, value));
    case "summary":
      return family.samples.flatMap(({ labels, sum, count }) => [
        line(`${name}_sum`, labels, sum),
        line(`${name}_count`, labels, count),
      ]);
    case "histogram":
      return family.samples.flatMap(({ labels, bounds, counts, sum }) => {
        let below = 0;
        const buckets = counts.map((count, i) => {
          below += count;
          return line(`${name}_bucket`, { ...labels, le: number(bounds[i] ?? Infinity) }, below);
        });
        return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, below)];
      });
  }
}

function line(name: string, labels: Record<string, string> | undefined, value: number): string {
  const inner = Object.entries(labels ?? {}).map(([key, text]) => `${key}="${escaped(text)}"`).join(",");
  return `${name}${inner === "" ? "" : `{${inner}}`} ${number(value)}`;
}

function number(value: number): string {
  return value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value);
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
