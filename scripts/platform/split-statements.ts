/** A stretch of text in which a semicolon does not end a statement. */
const OPAQUE = [
  /--[^\n]*/y,
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y,
  /'(?:[^']|'')*'/y,
  /"(?:[^"]|"")*"/y,
  /\$([A-Za-z_][A-Za-z0-9_]*)?\$[\s\S]*?\$\1\$/y,
];

/** Words are taken whole, so that `value'` is no escape string and `a$b$` opens no dollar quote. */
const WORD = /[A-Za-z_][A-Za-z0-9_$]*/y;

/**
 * Splits SQL into its statements, without their final semicolons: strings, quoted names, dollar quotes, nested
 * comments and `begin atomic … end` bodies stay whole. Comments before a statement stay with it.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let at = 0;
  let blank = true; // nothing but comments and white space since `start`
  let depth = 0; // of begin atomic … end, with case … end inside it
  let previousWord = "";

  const finish = (end: number) => {
    if (!blank) statements.push(sql.slice(start, end).trim());
    blank = true;
    depth = 0;
  };

  while (at < sql.length) {
    if (sql.startsWith("/*", at)) {
      at = endOfComment(sql, at);
      continue;
    }
    const opaque = matchAny(OPAQUE, sql, at);
    if (opaque !== undefined) {
      if (!opaque.startsWith("--")) blank = false;
      at += opaque.length;
      continue;
    }
    const word = matchAny([WORD], sql, at)?.toLowerCase();
    if (word !== undefined) {
      blank = false;
      if (word === "atomic" && previousWord === "begin") depth = 1;
      else if (word === "case" && depth > 0) depth++;
      else if (word === "end" && depth > 0) depth--;
      previousWord = word;
      at += word.length;
      continue;
    }
    const character = sql[at];
    if (character === ";" && depth === 0) {
      finish(at);
      start = at + 1;
    } else if (character !== undefined && !/\s|;/.test(character)) blank = false;
    at++;
  }
  finish(sql.length);
  return statements;
}

function matchAny(patterns: readonly RegExp[], text: string, at: number): string | undefined {
  for (const pattern of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return match[0];
  }
  return undefined;
}

/** Comments nest in Postgres, which no regular expression can follow. */
function endOfComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith("/*", at)) {
      depth++;
      at++;
    } else if (sql.startsWith("*/", at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
}
