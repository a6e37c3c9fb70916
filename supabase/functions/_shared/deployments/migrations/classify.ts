import type { MigrationLanguage } from "./files.ts";
import { type Effect, sqlEffect } from "./sql.ts";

/** Marks after which a file tells how to undo its steps, in tools that keep both in one. */
const SQL_DOWN = /^\s*--\s*(?:migrate:down|\+(?:goose|migrate)\s+down|@?down\b|rollback\b).*$/im;

/** Calls that destroy or change what older code may need, in the words of the migration tools. */
const DESTRUCTIVE =
  /\b(?:drop_?(?:table|column|columns|view|schema|type|enum|foreign|primary|unique|constraint|join_table|database)|remove_?(?:column|columns|reference|references|belongs_to|timestamps|field|model|constraint)|delete_?model|rename_?(?:table|column|field|model|enum|enum_value|type|constraint)|change_?column(?:_null)?|alter_?(?:column|field|model_table|unique_together|type)|alter_column|change_table|truncate(?:_table)?|delete_all|destroy_all|update_all|bulk_?delete|bulk_?update|set_?nullable)\b/i;
const REMOVES = /(?:^|[^\w])t\.(?:remove|rename|change)\b|\.(?:delete|del|update|alter)\s*\(/;
/** Rails undoes these by itself; the block form of `drop` inside `down` was cut away before. */
const RAW_SQL = /\b(?:execute|exec|raw|run_?sql|query|sql)\b\s*[(`"'<]|\bsql`/i;
const CREATES = /\b(?:create|add|enable|insert|index)_?\w*/i;

/**
 * What the steps of one migration file do to older code. What is no SQL is judged by the calls of the usual tools; raw SQL inside it is
 * read as SQL. Whatever is not understood is `unknown`.
 */
export function classifyMigration(language: MigrationLanguage, content: string): Effect {
  switch (language) {
    case "sql": {
      const down = SQL_DOWN.exec(content);
      return sqlEffect(down ? content.slice(0, down.index) : content);
    }
    case "ruby":
      return scriptEffect(withoutComments(withoutDown(content, /^\s*def\s+(?:self\.)?down\b/m), /#[^\n{]*/g));
    case "python":
      return scriptEffect(withoutComments(withoutDown(content, /^def\s+downgrade\b/m), /#[^\n]*/g));
    case "script":
      return scriptEffect(
        withoutComments(
          withoutDown(
            content,
            /(?:^|\s)(?:export\s+(?:async\s+)?(?:function\s+|const\s+)|exports\.|module\.exports\.|public\s+async\s+|async\s+)?down\s*(?:=|\(|:)/m,
          ),
          /\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
        ),
      );
    case "changelog":
      return scriptEffect(content.replace(/<rollback>[\s\S]*?<\/rollback>/gi, ""));
  }
}

/** The file without the part that undoes it, which ends where the next definition of the way up begins. */
function withoutDown(content: string, down: RegExp): string {
  const found = down.exec(content);
  if (!found) return content;
  const rest = content.slice(found.index);
  const up =
    /(?:^|\s)(?:def\s+(?:self\.)?(?:up|change|upgrade)\b|(?:export\s+(?:async\s+)?(?:function\s+|const\s+)|exports\.|public\s+async\s+|async\s+)up\s*(?:=|\(|:))/m
      .exec(rest);
  return content.slice(0, found.index) + (up ? rest.slice(up.index) : "");
}

function withoutComments(content: string, comments: RegExp): string {
  return content.replace(comments, " ");
}

function scriptEffect(code: string): Effect {
  const call = DESTRUCTIVE.exec(code) ?? REMOVES.exec(code);
  if (call) return { kind: "irreversible", what: `calls ${call[0].trim().replace(/\s*\($/, "")}` };
  if (RAW_SQL.test(code)) {
    // The SQL stands in strings: read as statements, whatever surrounds it.
    const texts = [
      ...code.matchAll(
        /`([^`]*)`|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|<<[~-]?(\w+)\n([\s\S]*?)\n\s*\4\b/g,
      ),
    ]
      .map((match) => match[1] ?? match[2] ?? match[3] ?? match[5] ?? "");
    const effects = texts.map(sqlEffect);
    const bad = effects.find(({ kind }) => kind === "irreversible");
    if (bad) return bad;
    if (texts.some((text) => text.includes("${") || text.includes("#{"))) {
      return { kind: "unknown", what: "runs SQL that is put together while it runs" };
    }
    return /\b(?:create|alter|insert|grant|comment)\b/i.test(texts.join("\n"))
      ? { kind: "additive", what: null }
      : { kind: "unknown", what: "runs SQL that could not be read" };
  }
  return CREATES.test(code)
    ? { kind: "additive", what: null }
    : { kind: "unknown", what: "does nothing that is understood" };
}
