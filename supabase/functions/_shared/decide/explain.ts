import type { DecisionRecord, RankedCandidate } from "./types.ts";

/** How many of the candidates that were not chosen are named. */
const OTHERS_NAMED = 2;

/** The decision as a paragraph for people: what is wrong, what was chosen, how sure, what stood in the way, what else there was. */
export function explain(record: Omit<DecisionRecord, "explanation">): string {
  const { chosen, threshold } = record;
  const sentences = [`Probable cause: ${ended(record.context.probableCause)}`];
  if (chosen) {
    sentences.push(choice(record, chosen), ...chosen.explanation.map(ended));
    if (record.verdict !== "apply") sentences.push(...record.reasons.map(ended));
  } else {
    sentences.push("Nothing is changed.", ...record.reasons.map(ended));
  }
  if (threshold.shifts.length > 0) {
    const why = threshold.shifts.map((shift) => `${shift.why} (${signed(shift.amount)})`).join(" ");
    sentences.push(`The threshold is ${threshold.effective} instead of ${threshold.base}: ${why}`);
  }
  if (record.inform) sentences.push(`People are informed instead: ${ended(record.inform.title)}`);
  if (record.retryAt) sentences.push(`It is decided again at ${record.retryAt}.`);
  const others = record.candidates.filter((each) => !each.informational && each.key !== chosen?.key);
  if (chosen && others.length > 0) {
    const named = others.slice(0, OTHERS_NAMED).map((each) => `${each.title} (${percent(each.probability)})`);
    const more = others.length > OTHERS_NAMED ? ` and ${others.length - OTHERS_NAMED} more` : "";
    sentences.push(`Also considered: ${named.join(", ")}${more}.`);
  }
  return sentences.join(" ");
}

function choice(record: Omit<DecisionRecord, "explanation">, chosen: RankedCandidate): string {
  const what =
    `"${chosen.title}" on ${chosen.targetKey} (${percent(chosen.probability)} likely to resolve it, ` +
    `${percent(record.threshold.effective)} needed to act alone)`;
  if (record.context.dryRun) {
    return `Dry run: otherwise ${what} would be ${verb(record.verdictWithoutDryRun)}.`;
  }
  switch (record.verdict) {
    case "apply":
      return `Applying ${what}.`;
    case "review":
      return `A human is asked about ${what}.`;
    case "observe":
      return `Nothing is changed yet; next would be ${what}.`;
  }
}

const verb = (verdict: DecisionRecord["verdict"]) => (verdict === "apply" ? "applied" : "proposed");
const percent = (share: number) => `${Math.floor(share * 1000 + 1e-9) / 10} %`;
const signed = (amount: number) => (amount > 0 ? `+${amount}` : String(amount));
const ended = (sentence: string) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);
