import type { Frame } from "../event.ts";

/**
 * Raised when the same event would get another fingerprint. An issue keeps the version that made it; how its events find it
 * while versions change is in `grouping/route-event.ts`.
 */
export const FINGERPRINT_VERSION = 1;

export type ComponentKind =
  | "learnt"
  | "rule"
  | "client"
  | "stack"
  | "type"
  | "value"
  | "message"
  | "fallback";

/** One thing that was looked at for the fingerprint, with the reason that it counted or not. */
export interface GroupingComponent {
  kind: ComponentKind;
  contributes: boolean;
  /** A sentence for people. */
  why: string;
  values: string[];
}

/** What the fingerprint stands on, in parts that learning can compare. */
export interface GroupingSignature {
  basis: "rule" | "client" | "stack" | "exception" | "message";
  type: string | null;
  /** Frame tokens, innermost first, when the basis is a stack; words of the masked text otherwise. */
  tokens: string[];
}

export interface Grouping {
  /** 32 lower-case hex digits. */
  fingerprint: string;
  version: number;
  /** Where the fingerprint came from, best known first. */
  components: GroupingComponent[];
  signature: GroupingSignature;
  /** One line that names the issue. */
  title: string;
  /** `function (file)` of the culprit frame, or the logger; null when nothing is known. */
  culprit: string | null;
  /** Type of the outermost exception. */
  type: string | null;
  /** The innermost frame of the application. */
  culpritFrame: Frame | null;
}
