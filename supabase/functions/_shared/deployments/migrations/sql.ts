import type { MigrationKind } from "./kind.ts";

/** Statements that destroy or change what an older version may still need, each with what it does. */
const IRREVERSIBLE: readonly (readonly [RegExp, string])[] = [
  // The word COLUMN may be left out; what follows an alter column takes a rule away and destroys nothing.
  [
    /\balter\s+table\b[\s\S]*?\bdrop\s+(?!default\b|not\s+null\b|expression\b|identity\b)(?:if\s+exists\s+)?[\w"`]/,
    "drops a column",
  ],
  [
    /\bdrop\s+(?:table|column|schema|type|domain|view|materialized\s+view|sequence|function|procedure|trigger|constraint|database|extension|owned|role|foreign\s+table)\b/,
    "drops something",
  ],
  [/(?:^|\b(?:begin|then|else|loop)\b)\s*truncate\b/, "empties a table"],
  [/\bdelete\s+from\b/, "deletes rows"],
  [/\bmerge\s+into\b[\s\S]*?\bthen\s+(?:delete|update)\b/, "changes rows"],
  [/\balter\b[\s\S]*?\brename\b/, "renames something"],
  [/\balter\s+\w+\b[\s\S]*?\bset\s+schema\b/, "moves something to another schema"],
  [
    /\balter\s+table\b[\s\S]*?\balter\s+(?:column\s+)?[\w"]+\s+(?:set\s+data\s+)?type\b/,
    "changes the type of a column",
  ],
  [
    /\balter\s+table\b[\s\S]*?\b(?:modify|change)\s+(?:column\s+)?[`"\w]+\s+[`"\w]/,
    "changes a column",
  ],
  [
    /\balter\s+(?:table\b[\s\S]*?\balter\s+)?(?:column\s+)?[\w"]+\s+set\s+not\s+null\b/,
    "forbids nulls",
  ],
  [/\bupdate\s+(?:only\s+)?[\w."`]+(?:\s+(?:as\s+)?\w+)?\s+set\b/, "changes rows"],
];
/** A column that must be given: inserts of older code, which do not name it, fail. */
const ADDED_COLUMN = /\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?[`"\w]+\s+[^,;]*/g;
const REQUIRED = /\bnot\s+null\b/;
const FILLED = /\bdefault\b|\bgenerated\b|\bserial\b|\bbigserial\b|\bauto_increment\b/;
/** SQL that is put together while it runs cannot be read. */
const DYNAMIC = /\bexecute\b(?!\s+(?:function|procedure|on)\b)/;

/** What one statement does to older code. */
export interface Effect {
  kind: MigrationKind;
  /** As the end of a sentence, e.g. `drops a column`; null where nothing is to be said. */
  what: string | null;
}

/**
 * What migrations written in SQL do to older code. The bodies of functions do nothing by themselves; those of `do` blocks are read too,
 * because they hide what they execute.
 *
 * @example sqlEffect("alter table t drop column c"); // { kind: "irreversible", what: "drops a column" }
 */
export function sqlEffect(sql: string): Effect {
  const blocks = [...sql.matchAll(/\bdo\s+(?:language\s+\w+\s+)?\$([A-Za-z_]*)\$([\s\S]*?)\$\1\$/gi)]
    .map((match) => match[2]!);
  const statements = [sql, ...blocks].flatMap((text) => bareSql(text).split(";"));
  for (const statement of statements) {
    const found = IRREVERSIBLE.find(([pattern]) => pattern.test(statement));
    if (found) return { kind: "irreversible", what: found[1] };
    if (/\balter\s+table\b/.test(statement)) {
      for (const [added] of withoutParentheses(statement).matchAll(ADDED_COLUMN)) {
        if (!/^add\s+constraint\b/.test(added) && REQUIRED.test(added) && !FILLED.test(added)) {
          return { kind: "irreversible", what: "adds a column that older code does not fill" };
        }
      }
    }
  }
  if (blocks.some((block) => DYNAMIC.test(bareSql(block)))) {
    return { kind: "unknown", what: "runs SQL that is put together while it runs" };
  }
  return { kind: statements.every((statement) => statement.trim() === "") ? "none" : "additive", what: null };
}

/** @example migrationKind("create table t (id int)"); // "additive" */
export function migrationKind(sql: string): MigrationKind {
  return sqlEffect(sql).kind;
}

/** Commas inside a type or an expression do not end a column. */
function withoutParentheses(text: string): string {
  const shorter = text.replace(/\([^()]*\)/g, " ");
  return shorter === text ? text : withoutParentheses(shorter);
}

/** SQL without comments, string literals and dollar-quoted bodies: words inside those destroy nothing by themselves. */
function bareSql(sql: string): string {
  return sql
    .replace(/\$([A-Za-z_]*)\$[\s\S]*?\$\1\$/g, " '' ")
    .replace(/--[^\n]*/g, " ")
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/'(?:[^']|'')*'/g, " '' ")
    .toLowerCase();
}
