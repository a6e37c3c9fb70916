import { z } from "zod";
import { failures } from "../../platform/errors.ts";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import { type MinerState, TemplateMiner } from "../templates/miner.ts";
import { MAX_LINE_LENGTH } from "../templates/scan.ts";

/** Lines of one run: some milliseconds of CPU for the lines, some tens for the state. */
export const MAX_LINES = 1_000;
/** Templates kept in the table, the most frequent. */
const MAX_TEMPLATES = 1_000;
/** Characters of a template. */
const MAX_TEMPLATE = 4_000;

const linesSchema = z.object({
  version: z.number().int(),
  // Written below, by the same miner; one of another version counts as none.
  state: z.custom<MinerState>((value) => typeof value === "object" && value !== null && "shapes" in value)
    .nullable(),
  lines: z.array(z.object({
    received_at: z.string(),
    event_id: z.string(),
    issue_id: z.number().int(),
    line: z.string(),
  })),
});

export interface Mined {
  lineCount: number;
  /** Whether there may be more lines to read now. */
  more: boolean;
}

/**
 * Reads the messages of a project that came since the last run, oldest first, and keeps their templates. Another run at
 * the same moment loses nothing and counts nothing twice: what was read is stored with what was learnt.
 *
 * @throws Failure `conflict` when another run was faster.
 */
export async function mineTemplates(client: RpcClient, projectId: number): Promise<Mined> {
  const { version, state, lines } = await callRpc(client, "lines_to_mine", {
    p_project_id: projectId,
    p_limit: MAX_LINES,
  }, linesSchema);
  const last = lines.at(-1);
  if (!last) return { lineCount: 0, more: false };

  const miner = new TemplateMiner(state);
  const ofIssue = new Map<number, number>();
  const seenAt = new Map<number, string>();
  const ids = lines.map(({ line, issue_id }) => {
    // Cut here, so that what is remembered is what the next line is compared with: the miner cuts in the middle of characters.
    const id = miner.add(line.slice(0, MAX_LINE_LENGTH).toWellFormed());
    ofIssue.set(issue_id, id);
    return id;
  });
  ids.forEach((id, index) => seenAt.set(miner.templateOf(id), lines[index]!.received_at));
  const templates = miner.templates().slice(0, MAX_TEMPLATES).map(({ id, text, count }) => ({
    number: id,
    template: text.slice(0, MAX_TEMPLATE),
    line_count: count,
    seen_at: seenAt.get(id) ?? null,
  }));
  const saved = await callRpc(client, "save_templates", {
    p_project_id: projectId,
    p_expected_version: version,
    p_state: miner.toJSON(),
    p_mined_until: last.received_at,
    p_mined_event_id: last.event_id,
    p_templates: templates,
    p_issues: [...ofIssue].map(([issue_id, id]) => ({ issue_id, number: miner.templateOf(id) })),
  }, z.boolean());
  if (!saved) throw failures.conflict("Somebody else mined the templates of this project at the same time.");
  return { lineCount: lines.length, more: lines.length === MAX_LINES };
}
