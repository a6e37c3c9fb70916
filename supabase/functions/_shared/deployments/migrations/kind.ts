/**
 * What a deployment's database migrations mean for the code before it.
 *
 * - `none`: there are none
 * - `additive`: older code still works with the database
 * - `irreversible`: it does not, and no rollback of code brings back what is gone
 * - `unknown`: somebody looked, and could not tell
 */
export const MIGRATION_KINDS = ["none", "additive", "irreversible", "unknown"] as const;
export type MigrationKind = (typeof MIGRATION_KINDS)[number];

const ORDER: Record<MigrationKind, number> = { none: 0, additive: 1, unknown: 2, irreversible: 3 };

/** The kind of several migrations together: one that is irreversible makes all of them so. */
export function worstKind(kinds: Iterable<MigrationKind>): MigrationKind {
  let worst: MigrationKind = "none";
  for (const kind of kinds) if (ORDER[kind] > ORDER[worst]) worst = kind;
  return worst;
}
