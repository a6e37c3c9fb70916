/** SQL as far as diagnosis needs it: its shape, a fingerprint of the shape, and the columns that it filters by. */

/** Longer statements are cut: what filters is near the beginning, and the rest would cost CPU. In characters. */
const STATEMENT_LIMIT = 2_000;

export interface StatementFilter {
  schema: string | null;
  relation: string;
  /** Columns compared with =, IN or IS, in the order of the statement. */
  equal: string[];
  /** Columns compared with <, >, BETWEEN or a prefix LIKE, then those of ORDER BY. */
  ordered: string[];
}

interface Token {
  kind: "word" | "quoted" | "value" | "symbol";
  /** Words and unquoted names in lower case. */
  text: string;
}

/**
 * The statement without literals, comments and accidental whitespace; lists of values become one.
 *
 * @example statementShape("SELECT * FROM t WHERE id IN (1, 2)") // "select * from t where id in ($)"
 */
export function statementShape(sql: string): string {
  const text = tokenize(sql)
    .map(({ kind, text }) => kind === "quoted" ? `"${text}"` : kind === "value" ? "$" : text)
    .join(" ");
  return text
    .replace(/\$(?: , \$)+/g, "$")
    .replace(/ ?([.(]) ?/g, "$1")
    .replace(/ ([,);])/g, "$1")
    .replace(/\b(where|in|and|or|values|from|on|as|=)\(/g, "$1 (");
}

/** FNV-1a over the shape, 64 bits as 16 hex digits: enough to tell statements apart, never used for security. */
export function statementFingerprint(sql: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(statementShape(sql))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}

/**
 * The filters of a statement, one for each `from` or `update` of a single table (nested ones too, as PostgREST writes
 * them). Joins and conditions with `or` are left out: an index for them takes more knowledge than the text has.
 */
export function statementFilters(sql: string): StatementFilter[] {
  const tokens = tokenize(sql);
  const filters: StatementFilter[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (!isWord(tokens[i], "from", "update")) continue;
    const filter = readFilter(tokens, i);
    if (filter !== null && (filter.equal.length > 0 || filter.ordered.length > 0)) filters.push(filter);
  }
  return filters;
}

/** The first table that a statement reads or writes, or null. */
export function statementRelation(sql: string): { schema: string | null; relation: string } | null {
  const tokens = tokenize(sql);
  for (let i = 0; i < tokens.length; i++) {
    if (!isWord(tokens[i], "from", "update", "into")) continue;
    const name = readName(tokens, i + 1);
    if (name !== null) return { schema: name.parts.at(-2) ?? null, relation: name.parts.at(-1)! };
  }
  return null;
}

function readFilter(tokens: Token[], at: number): StatementFilter | null {
  const name = readName(tokens, at + 1);
  if (name === null) return null;
  const relation = name.parts.at(-1)!;
  const known = new Set([relation]);
  let i = name.end;
  if (isWord(tokens[i], "as")) i++;
  if (isName(tokens[i]) && !isWord(tokens[i], ...AFTER_TABLE)) known.add(tokens[i++]!.text);
  if (isWord(tokens[at], "update")) {
    // The assignments come before the conditions.
    const depth = { level: 0 };
    while (i < tokens.length && !(depth.level === 0 && isWord(tokens[i], "where", "from"))) {
      track(depth, tokens[i++]!);
    }
  }
  const filter: StatementFilter = { schema: name.parts.at(-2) ?? null, relation, equal: [], ordered: [] };
  if (isWord(tokens[i], "where")) {
    const end = endOfClause(tokens, i + 1);
    if (!readConditions(tokens.slice(i + 1, end), known, filter)) return null;
    i = end;
  }
  if (isWord(tokens[i], "order") && isWord(tokens[i + 1], "by")) {
    const column = readColumn(tokens, i + 2, known);
    if (column !== null) add(filter.ordered, column.name);
  }
  return filter;
}

const AFTER_TABLE = [
  "where",
  "order",
  "group",
  "limit",
  "set",
  "join",
  "left",
  "right",
  "inner",
  "cross",
  "full",
  "natural",
];
const CLAUSE_ENDS = [
  "order",
  "group",
  "limit",
  "offset",
  "returning",
  "having",
  "union",
  "for",
  "fetch",
  "window",
];

function endOfClause(tokens: Token[], from: number): number {
  const depth = { level: 0 };
  let i = from;
  for (; i < tokens.length; i++) {
    if (depth.level === 0 && (isWord(tokens[i], ...CLAUSE_ENDS) || isSymbol(tokens[i], ")", ";"))) break;
    track(depth, tokens[i]!);
  }
  return i;
}

/** Fills the filter from conditions joined by AND; false when there is an OR on the same level. */
function readConditions(tokens: Token[], known: Set<string>, filter: StatementFilter): boolean {
  const conditions: Token[][] = [[]];
  const depth = { level: 0 };
  let isBetween = false;
  for (const token of tokens) {
    if (depth.level === 0 && isWord(token, "or")) return false;
    if (depth.level === 0 && isWord(token, "between")) isBetween = true;
    if (depth.level === 0 && isWord(token, "and") && !isBetween) {
      conditions.push([]);
      continue;
    }
    if (depth.level === 0 && isWord(token, "and")) isBetween = false;
    track(depth, token);
    conditions.at(-1)!.push(token);
  }
  for (const condition of conditions) {
    if (isSymbol(condition[0], "(") && matchingBracket(condition, 0) === condition.length - 1) {
      readConditions(condition.slice(1, -1), known, filter);
      continue;
    }
    const column = readColumn(condition, 0, known);
    if (column === null) continue;
    const operator = condition[column.end];
    if (isSymbol(operator, "=") || isWord(operator, "in", "is")) {
      // A comparison with another column is a join or needs every row anyway.
      if (
        isSymbol(operator, "=") && isName(condition[column.end + 1]) &&
        !isWord(condition[column.end + 1], ...CONSTANTS)
      ) {
        continue;
      }
      if (isWord(operator, "is") && isWord(condition[column.end + 1], "not")) continue;
      add(filter.equal, column.name);
    } else if (isSymbol(operator, "<", ">", "<=", ">=") || isWord(operator, "between")) {
      add(filter.ordered, column.name);
    }
  }
  return true;
}

const CONSTANTS = [
  "any",
  "true",
  "false",
  "null",
  "now",
  "current_date",
  "current_timestamp",
  "array",
  "cast",
  "auth",
];

function readColumn(tokens: Token[], at: number, known: Set<string>): { name: string; end: number } | null {
  const name = readName(tokens, at);
  if (name === null) return null;
  const qualifier = name.parts.at(-2);
  if (qualifier !== undefined && !known.has(qualifier)) return null;
  return { name: name.parts.at(-1)!, end: name.end };
}

/** A name with its qualifiers; null where there is none or where it is called as a function. */
function readName(tokens: Token[], at: number): { parts: string[]; end: number } | null {
  const parts: string[] = [];
  let i = at;
  while (isName(tokens[i])) {
    parts.push(tokens[i++]!.text);
    if (!isSymbol(tokens[i], ".")) break;
    i++;
  }
  if (parts.length === 0 || isSymbol(tokens[i], "(")) return null;
  return isWord(tokens[at], ...RESERVED) ? null : { parts, end: i };
}

const RESERVED = [
  "select",
  "not",
  "exists",
  "case",
  "only",
  "lateral",
  "set",
  "where",
  "values",
  "and",
  "or",
];

function matchingBracket(tokens: Token[], open: number): number {
  const depth = { level: 0 };
  for (let i = open; i < tokens.length; i++) {
    track(depth, tokens[i]!);
    if (depth.level === 0) return i;
  }
  return -1;
}

function track(depth: { level: number }, token: Token): void {
  if (isSymbol(token, "(")) depth.level++;
  else if (isSymbol(token, ")")) depth.level--;
}

function add(list: string[], item: string): void {
  if (!list.includes(item)) list.push(item);
}

function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === "word" && words.includes(token.text);
}

function isName(token: Token | undefined): boolean {
  return token?.kind === "word" || token?.kind === "quoted";
}

function isSymbol(token: Token | undefined, ...symbols: string[]): boolean {
  return token?.kind === "symbol" && symbols.includes(token.text);
}

/** Strings, dollar quotes, quoted names, comments, parameters, numbers, words, operators; each alternative is linear. */
const TOKEN =
  /'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|"((?:[^"]|"")*)"|--[^\n]*|\/\*[\s\S]*?\*\/|\$\d+|\?|:\w+|\d[\w.]*|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|::|[<>=!~|&@#^*+/-]+|[^\s]/g;

function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let isCast = false;
  for (const match of sql.slice(0, STATEMENT_LIMIT).matchAll(TOKEN)) {
    const [text, , quoted, word] = match;
    if (text.startsWith("--") || text.startsWith("/*")) continue;
    if (text === "::") {
      isCast = true;
      continue;
    }
    if (isCast) {
      isCast = false; // The type of a cast says nothing about the filter.
      continue;
    }
    if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted });
    else if (word !== undefined) tokens.push({ kind: "word", text: word.toLowerCase() });
    else if (/^['?$:\d]/.test(text) && text !== ":" && text !== "$") {
      tokens.push({ kind: "value", text: "$" });
    } else tokens.push({ kind: "symbol", text });
  }
  return tokens;
}
