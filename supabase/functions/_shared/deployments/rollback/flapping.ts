/** A version that was rolled back, as remembered against its return. */
export interface RolledBack {
  target: string;
  versionId: string;
  /** Commit or body hash; null when unknown. */
  contentHash: string | null;
  at: number;
  /** A human said that it may come back. */
  cleared: boolean;
}

export interface Redeployment {
  target: string;
  versionId: string;
  contentHash: string | null;
  at: number;
  /** True when a pipeline did it and no person asked for it. */
  automatic: boolean;
}

export interface FlappingVerdict {
  /** `block`: take it back again at once. `warn`: a person did it; tell them. `pass`: it is another version. */
  verdict: "block" | "warn" | "pass";
  /** How often this content came back within the window. */
  returns: number;
  reason: string;
}

/** A bad version is remembered this long. */
export const MEMORY_MS = 7 * 24 * 3_600_000;
/** After this many automatic returns rolling back again only makes things swing: a human has to stop the pipeline. */
export const RETURN_LIMIT = 2;

/**
 * Whether a deployment brings back what was rolled back. The same commit or body under a new deployment id is the same version; so
 * is the same id, which is what a promote does.
 */
export function judgeRedeployment(deployed: Redeployment, memory: readonly RolledBack[]): FlappingVerdict {
  const returns =
    memory.filter((bad) =>
      bad.target === deployed.target && !bad.cleared && bad.at <= deployed.at &&
      deployed.at - bad.at <= MEMORY_MS &&
      (bad.versionId === deployed.versionId ||
        (bad.contentHash !== null && bad.contentHash === deployed.contentHash))
    ).length;
  if (returns === 0) return { verdict: "pass", returns, reason: "it was never rolled back" };
  const again = `the same version was rolled back ${returns} time(s) within a week`;
  if (!deployed.automatic) {
    return { verdict: "warn", returns, reason: `${again}; a person deployed it again` };
  }
  if (returns > RETURN_LIMIT) {
    return {
      verdict: "warn",
      returns,
      reason: `${again}: stop the pipeline, another rollback would only swing`,
    };
  }
  return { verdict: "block", returns, reason: `${again}; a pipeline brought it back` };
}
