import type { LabelledLine } from "../synthetic-logs/generate.ts";
import { comparableTemplate } from "./accuracy.ts";

/** Rows shown of each list. */
const SHOWN = 8;
const MISSED_TEMPLATES = 40;

/** Prints what was split or mixed, and templates that came out differently. */
export function explain(
  lines: readonly LabelledLine[],
  clusters: readonly number[],
  texts: Map<number, string>,
): void {
  const count = (keys: readonly (string | number)[], values: readonly (string | number)[]) => {
    const map = new Map<string | number, Map<string | number, number>>();
    keys.forEach((key, index) => {
      const inner = map.get(key) ?? map.set(key, new Map()).get(key)!;
      inner.set(values[index]!, (inner.get(values[index]!) ?? 0) + 1);
    });
    return [...map].filter(([, inner]) => inner.size > 1);
  };
  const truth = lines.map((line) => line.eventId);
  const templateOf = new Map(lines.map((line) => [line.eventId, line.template ?? line.eventId]));
  for (const [id, inner] of count(truth, clusters)) {
    console.error(`split: ${templateOf.get(String(id))}`);
    for (const [cluster, n] of [...inner].slice(0, SHOWN)) {
      console.error(`   ${n}  ${texts.get(Number(cluster))}`);
    }
  }
  for (const [cluster, inner] of count(clusters, truth)) {
    console.error(`mixed: ${texts.get(Number(cluster))}`);
    for (const [id, n] of [...inner].slice(0, SHOWN)) console.error(`   ${n}  ${templateOf.get(String(id))}`);
  }
  const missed = new Map<string, string>();
  lines.forEach(({ template }, index) => {
    const text = texts.get(clusters[index]!) ?? "";
    if (template !== null && comparableTemplate(template) !== comparableTemplate(text)) {
      missed.set(template, text);
    }
  });
  for (const [template, text] of [...missed].slice(0, MISSED_TEMPLATES)) {
    console.error(`template: ${template}\n     got: ${text}`);
  }
}
