import type { Json } from "../platform/json.ts";
import type { Category, SuspectChange, SuspectDeployment } from "./diagnosis.ts";

/** Something that was changed: a configuration key, or a deployment. */
export interface Change {
  kind: SuspectChange["kind"];
  /** What changed: the configuration key, or the name of what was deployed. */
  subject: string;
  version: string;
  previousVersion: string | null;
  /** ISO 8601. */
  changedAt: string;
  /** Values where there are any; undefined when unknown. */
  before?: Json;
  after?: Json;
  deployment?: SuspectDeployment;
  /** The label that events carry while the deployment runs; null or absent when they carry none. */
  release?: string | null;
  /** Labels of other deployments that may run without this change. */
  otherReleases?: readonly string[];
  /** Labels of later deployments, which contain this change as well. */
  laterReleases?: readonly string[];
  /** What fixes have shown: it was made by one that helped, or taking it back did not help this very issue. */
  record?: "helped" | "innocent";
}

export interface ChangeContext {
  /** Text of the error: type, message, codes, culprit. Words of the changed key are looked for in it. */
  errorText: string;
  /** What kind of error it is by its pattern; null when none fits. */
  category: Category | null;
  /** The onset is known to this many milliseconds; at least the skew of clocks is assumed. */
  onsetUncertaintyMs?: number;
  /** When the issue was seen for the first time ever, ISO 8601. */
  firstSeenAt: string;
  /** Events per minute before the onset and since; null when unknown. */
  rateBefore: number | null;
  rateAfter: number | null;
  /** Events of the issue around its onset by release label; absent when nobody counted. */
  releases?: Readonly<Record<string, number>>;
  /** Requests of all around the same moment, by release label. */
  releaseTraffic?: Readonly<Record<string, number>>;
}

/** How many times more often something is seen if the change is the cause, and what was seen. */
export interface Sign {
  ratio: number;
  why: string | null;
}
