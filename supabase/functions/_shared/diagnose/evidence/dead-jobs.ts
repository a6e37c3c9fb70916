import { clampWeight, type EvidenceContext, type EvidenceRule, plural } from "./finding.ts";

/** Queues with jobs that used up their attempts; nearest the one that the event names. */
export const deadJobs: EvidenceRule = ({ dead_jobs }, context) =>
  dead_jobs
    .filter(({ dead_count }) => dead_count > 0)
    .map((queue) => ({
      rule: "dead-jobs",
      weight: clampWeight(relevance(queue.queue, context)),
      evidence: {
        kind: "database" as const,
        statement: `${plural(queue.dead_count, "job")} of the queue ${queue.queue} used up ${
          queue.dead_count === 1 ? "its" : "their"
        } attempts.`,
        data: { ...queue },
      },
      facts: { queue: queue.queue, dead_count: queue.dead_count },
      action: "postgres.requeue-dead-jobs",
    }))
    .sort((a, b) => b.weight - a.weight || b.facts.dead_count - a.facts.dead_count);

/** Dead jobs are common and old; they explain an error only if that speaks of background work. */
function relevance(queue: string, { facts, texts }: EvidenceContext): number {
  if (typeof facts.queue === "string") return facts.queue === queue ? 0.9 : 0.2;
  return texts.some((text) => /\b(?:jobs?|queues?|workers?|dead[ -]letters?)\b/.test(text)) ? 0.7 : 0.2;
}
