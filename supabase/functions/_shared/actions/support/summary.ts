import type { Diagnosis } from "../../diagnose/diagnosis.ts";

const MAX_EVIDENCE = 10;
const MAX_LINE = 500;

/** A diagnosis in one line, for subjects and titles. */
export function headline(diagnosis: Diagnosis): string {
  return `[${diagnosis.severity}] ${cut(diagnosis.probableCause, 180)}`;
}

/** A diagnosis as plain lines for people: where, why, and what changed before. */
export function summaryLines(diagnosis: Diagnosis): string[] {
  const { culprit, patterns: [pattern], changes: [change] } = diagnosis;
  return [
    `Category: ${diagnosis.category}, severity: ${diagnosis.severity}`,
    `Probable cause: ${diagnosis.probableCause}`,
    ...(culprit?.filename ? [`Culprit: ${place(culprit)}`] : []),
    ...(pattern ? [`Known pattern: ${pattern.slug}. ${pattern.why}`] : []),
    ...(change ? [`Changed before: ${change.subject}, version ${change.version}. ${change.why}`] : []),
    ...diagnosis.evidence.slice(0, MAX_EVIDENCE).map((one) => `- ${one.statement}`),
  ].map((line) => cut(line, MAX_LINE));
}

function place({ function: name, filename, line }: NonNullable<Diagnosis["culprit"]>): string {
  const where = line === null ? `${filename}` : `${filename}:${line}`;
  return name === null ? where : `${name} (${where})`;
}

function cut(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
