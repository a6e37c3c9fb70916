import { z } from "zod";
import { Failure, failures } from "../../platform/errors.ts";
import { callRpc } from "../../platform/rpc.ts";
import { fingerprintEvent } from "../fingerprint/fingerprint-event.ts";
import type { Grouping } from "../fingerprint/grouping.ts";
import { type Client, type IssueRef, latestEventThrough, loadSettings } from "./store.ts";
import type { GroupingSettings } from "./settings.ts";

/** Who regroups and why, for the timeline. */
export interface Regrouping {
  reason: string;
  /** `user:<uuid>`, or the name of a machine. */
  actor: string;
}

/** Attempts when somebody else changes the grouping of the project at the same moment. */
const MAX_ATTEMPTS = 6;
/** Rows of events moved before the caller is answered; a schedule moves the rest. */
const SETTLED_AT_ONCE = 4_000;

/** SQLSTATE of a lost compare-and-set, and of a deadlock that Postgres broke. */
const LOST = new Set(["40001", "40P01"]);

function isLost(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  const { cause } = error;
  return typeof cause === "object" && cause !== null && "code" in cause && LOST.has(String(cause.code));
}

/**
 * Runs a change of the grouping against the settings as they are, again when somebody else was faster.
 *
 * @throws Failure `conflict` when that happens too often, and whatever `change` throws.
 */
export async function withSettings<T>(
  client: Client,
  projectId: number,
  change: (settings: GroupingSettings) => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await change(await loadSettings(client, projectId));
    } catch (error) {
      if (!isLost(error)) throw error;
      if (attempt >= MAX_ATTEMPTS) {
        throw failures.conflict("The grouping of this project is being changed by others. Try again.", {
          cause: error,
        });
      }
    }
  }
}

/**
 * What an issue stands on, by its latest event. The fingerprint is that of the issue: an earlier version or a split may
 * have made it.
 */
export async function groupingOf(
  client: Client,
  issue: IssueRef,
  settings: GroupingSettings,
): Promise<Grouping> {
  const latest = await latestEventThrough(client, issue);
  if (latest) {
    return { ...fingerprintEvent(latest.payload, settings.rules), fingerprint: issue.fingerprint };
  }
  // Its events are older than their retention: the two are joined, and nothing more can be learnt.
  return {
    fingerprint: issue.fingerprint,
    version: 0,
    components: [],
    signature: { basis: "message", type: null, tokens: [] },
    title: "",
    culprit: null,
    type: null,
    culpritFrame: null,
  };
}

/** Moves rows of events to where merges and splits put them, as many as a caller can wait for. */
export async function settleEvents(client: Client): Promise<void> {
  try {
    await callRpc(client, "settle_events", { p_limit: SETTLED_AT_ONCE }, z.number().int());
  } catch (error) {
    // What counts is done; the schedule goes on with the rows within the minute.
    if (!(error instanceof Failure)) throw error;
  }
}
