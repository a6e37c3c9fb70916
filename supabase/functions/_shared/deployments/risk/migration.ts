import type { MigrationKind } from "./features.ts";

/** Statements that destroy what an older version may still need: no rollback of code brings it back. */
const IRREVERSIBLE = [
  /\bdrop\s+(?:table|column|schema|type|view|materialized\s+view|sequence|function|trigger|constraint|database)\b/,
  /\btruncate\b/,
  /\bdelete\s+from\b/,
  /\balter\s+(?:table\s+)?[\s\S]*?\brename\b/,
  /\balter\s+column\s+[\s\S]*?\b(?:type|set\s+data\s+type)\b/,
  /\balter\s+column\s+[\s\S]*?\bset\s+not\s+null\b/,
  /\bupdate\s+[\w."]+\s+set\b/,
];

/** SQL without comments, string literals and dollar-quoted bodies: words inside those destroy nothing by themselves. */
function bareSql(sql: string): string {
  return sql
    .replace(/\$([A-Za-z_]*)\$[\s\S]*?\$\1\$/g, " '' ")
    .replace(/--[^\n]*/g, " ")
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/'(?:[^']|'')*'/g, " '' ")
    .toLowerCase();
}

/**
 * Whether older code can still run after a migration. `do` blocks hide what they execute, so their bodies are read too.
 *
 * @example migrationKind("alter table t drop column c"); // "irreversible"
 */
export function migrationKind(sql: string): MigrationKind {
  const bodies = [...sql.matchAll(/\bdo\s+(?:language\s+\w+\s+)?\$([A-Za-z_]*)\$([\s\S]*?)\$\1\$/gi)].map((
    match,
  ) => match[2]!);
  for (const text of [sql, ...bodies]) {
    for (const statement of bareSql(text).split(";")) {
      if (IRREVERSIBLE.some((pattern) => pattern.test(statement))) return "irreversible";
    }
  }
  return bareSql(sql).trim() === "" ? "none" : "additive";
}
