import { own } from "../../platform/own.ts";

/**
 * Drivers that name the condition instead of giving its code: psycopg's `UniqueViolation`, asyncpg's
 * `UniqueViolationError`, Npgsql and PL/pgSQL's `unique_violation`. Names are PostgreSQL's own (Appendix A), reduced to
 * lower-case letters. Only conditions that a pattern or a fact uses are listed.
 */
const CONDITIONS: Record<string, string> = {
  activesqltransaction: "25001",
  adminshutdown: "57P01",
  cannotconnectnow: "57P03",
  checkviolation: "23514",
  configurationlimitexceeded: "53400",
  crashshutdown: "57P02",
  datacorrupted: "XX001",
  deadlockdetected: "40P01",
  diskfull: "53100",
  duplicatepreparedstatement: "42P05",
  foreignkeyviolation: "23503",
  idleintransactionsessiontimeout: "25P03",
  indexcorrupted: "XX002",
  infailedsqltransaction: "25P02",
  insufficientprivilege: "42501",
  internalerror: "XX000",
  invalidpassword: "28P01",
  invalidsqlstatementname: "26000",
  invalidtextrepresentation: "22P02",
  locknotavailable: "55P03",
  notnullviolation: "23502",
  numericvalueoutofrange: "22003",
  objectnotinprerequisitestate: "55000",
  outofmemory: "53200",
  programlimitexceeded: "54000",
  querycanceled: "57014",
  readonlysqltransaction: "25006",
  sequencegeneratorlimitexceeded: "2200H",
  serializationfailure: "40001",
  stringdatarighttruncation: "22001",
  toomanyconnections: "53300",
  undefinedcolumn: "42703",
  undefinedfunction: "42883",
  undefinedtable: "42P01",
  uniqueviolation: "23505",
};

/** `UniqueViolationError` -> `23505`; null for a type that names no condition. */
export function sqlstateOfCondition(type: string): string | null {
  const bare = type.slice(type.lastIndexOf(".") + 1).toLowerCase().replace(/[^a-z]/g, "");
  return own(CONDITIONS, bare) ??
    (bare.endsWith("error") ? own(CONDITIONS, bare.slice(0, -5)) ?? null : null);
}

/** Classes that PostgreSQL defines; five characters alone would also fit `12345` or `HELLO`. */
const CLASSES = new Set(
  ("00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 " +
    "72 F0 HV P0 XX").split(" "),
);

export function isSqlstate(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && CLASSES.has(code.slice(0, 2));
}

/** The server's own English wording, for drivers and logs that pass the message without its code. */
const WORDINGS: readonly [string, string][] = [
  ["duplicate key value violates unique constraint", "23505"],
  ["violates foreign key constraint", "23503"],
  ["violates not-null constraint", "23502"],
  ["violates check constraint", "23514"],
  ["violates row-level security policy", "42501"],
  ["could not serialize access", "40001"],
  ["deadlock detected", "40P01"],
  ["too many clients already", "53300"],
  ["remaining connection slots are reserved", "53300"],
  ["canceling statement due to statement timeout", "57014"],
  ["canceling statement due to lock timeout", "55P03"],
  ["current transaction is aborted, commands ignored", "25P02"],
  ["terminating connection due to idle-in-transaction timeout", "25P03"],
  ["terminating connection due to administrator command", "57P01"],
  ["the database system is starting up", "57P03"],
  ["password authentication failed for user", "28P01"],
  ["in a read-only transaction", "25006"],
  ["has not been populated", "55000"],
  ["contains unexpected zero page", "XX002"],
  ["invalid page in block", "XX001"],
];

/** @param lowered a message in lower case */
export function sqlstateOfMessage(lowered: string): string | null {
  return WORDINGS.find(([wording]) => lowered.includes(wording))?.[1] ?? null;
}
