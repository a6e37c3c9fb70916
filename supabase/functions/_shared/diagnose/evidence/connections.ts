import { clampWeight, type EvidenceRule } from "./finding.ts";

/** Postgres keeps a few slots for administrators, so new sessions are refused before the last one is taken. */
const NEARLY_FULL = 0.85;

/** How full the server is. No action of its own: what frees slots depends on who holds them. */
export const connections: EvidenceRule = ({ connections }) => {
  if (connections === null || connections.max === 0 || connections.used / connections.max < NEARLY_FULL) {
    return [];
  }
  const share = connections.used / connections.max;
  return [{
    rule: "connections",
    weight: clampWeight(share >= 0.97 ? 0.8 : 0.5),
    evidence: {
      kind: "database",
      statement: `${connections.used} of ${connections.max} connections of the database are taken.`,
      data: { ...connections },
    },
    facts: { connections_used: connections.used, connections_max: connections.max },
    action: null,
  }];
};
