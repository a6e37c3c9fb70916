/** One tenant with a row in every table. */
export interface Tenant {
  projectId: number;
  issueId: number;
  decisionId: number;
  fixId: number;
  patternId: number;
  deploymentId: number;
  /** A user who is no member of anything. */
  outsiderId: string;
}

/** Column values of one row. */
export type Values = Record<string, unknown>;

/**
 * What an actor may do with the rows of two tenants, of which the members belong to the first:
 * `refused` with an error; `none`: allowed to ask, and finds nothing; `own`: the first tenant's rows alone;
 * `all`: the rows of both.
 */
export type Reach = "refused" | "none" | "own" | "all";

export const ACTORS = ["anonymous", "stranger", "viewer", "operator", "admin", "service"] as const;
export type Actor = (typeof ACTORS)[number];
export type Reaches = readonly [Reach, Reach, Reach, Reach, Reach, Reach];

export interface TableRules {
  /** The column that names the project; null when the rows belong to nobody. */
  tenant: "id" | "project_id" | null;
  select: Reaches;
  insert?: Reaches;
  update?: Reaches;
  delete?: Reaches;
  /** A valid row that is different for every `n`; without it nobody may insert. */
  row?: (tenant: Tenant, n: number) => Values;
  /** What rows must have besides, in columns that people may not write. */
  rowOfMachines?: (tenant: Tenant, n: number) => Values;
  /** The change that the update tries. */
  change?: Values;
  /** A tenant has one row of it: the one that is there makes way for the new one. */
  single?: boolean;
  /** The world has rows of it already. */
  seeded?: boolean;
  /** Columns that signed-in people may use, where it is not all of them. */
  columns?: { select?: string[]; insert?: string[]; update?: string[] };
}

//                             anonymous  stranger   viewer     operator   admin      service
export const NOBODY: Reaches = ["refused", "refused", "refused", "refused", "refused", "refused"];
export const MACHINES: Reaches = ["refused", "refused", "refused", "refused", "refused", "all"];
export const MEMBERS: Reaches = ["refused", "none", "own", "own", "own", "all"];
export const OPERATORS: Reaches = ["refused", "none", "none", "own", "own", "all"];
export const ADMINS: Reaches = ["refused", "none", "none", "none", "own", "all"];
/** As the two above, for inserts: a row that a policy does not allow is an error. */
export const OPERATORS_ADD: Reaches = ["refused", "refused", "refused", "own", "own", "all"];
export const ADMINS_ADD: Reaches = ["refused", "refused", "refused", "refused", "own", "all"];
export const SIGNED_IN: Reaches = ["refused", "all", "all", "all", "all", "all"];

export const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
export const ofIssue = (tenant: Tenant): Values => ({
  project_id: tenant.projectId,
  issue_id: tenant.issueId,
});

/** A proposal that waits for review. */
export function fixValues(of: { project_id: number; issue_id: number; decision_id: number }): Values {
  return {
    ...of,
    action: "configuration.revert",
    target_key: "configuration:app.limit",
    parameters: {},
    risk: "safe",
    reversible: true,
    automatic: false,
    severity: "medium",
    confidence: 0.5,
    state: "in_review",
    expires_at: "2100-01-01T00:00:00Z",
  };
}

/** What nobody is said to be allowed, nobody is allowed. */
export function reachOf(rules: TableRules, operation: Operation, actor: Actor): Reach {
  return (rules[operation] ?? NOBODY)[ACTORS.indexOf(actor)] ?? "refused";
}

export const OPERATIONS = ["select", "insert", "update", "delete"] as const;
export type Operation = (typeof OPERATIONS)[number];
