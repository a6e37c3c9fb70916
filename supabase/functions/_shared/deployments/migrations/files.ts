/** How the steps of a migration file are written. */
export type MigrationLanguage = "sql" | "ruby" | "script" | "python" | "changelog";

interface Convention {
  name: string;
  path: RegExp;
  language: MigrationLanguage;
}

/** Where tools keep their migrations. The first that fits counts. */
const CONVENTIONS: readonly Convention[] = [
  { name: "Supabase", path: /(?:^|\/)supabase\/migrations\/[^/]+\.sql$/, language: "sql" },
  { name: "Prisma", path: /(?:^|\/)prisma\/(?:[^/]+\/)*migrations\/[^/]+\/migration\.sql$/, language: "sql" },
  { name: "Drizzle", path: /(?:^|\/)drizzle\/(?:migrations\/)?[^/]+\.sql$/, language: "sql" },
  { name: "Rails", path: /(?:^|\/)db\/(?:[a-z_]*_)?migrate\/[^/]+\.rb$/, language: "ruby" },
  { name: "Flyway", path: /(?:^|\/)[VR][0-9A-Za-z_.]*__[^/]+\.sql$/, language: "sql" },
  { name: "Alembic", path: /(?:^|\/)(?:alembic|migrations)\/versions\/[^/]+\.py$/, language: "python" },
  { name: "Django", path: /(?:^|\/)migrations\/\d{4}_[^/]+\.py$/, language: "python" },
  {
    name: "Liquibase",
    path: /(?:^|\/)(?:db\/)?change-?logs?\/[^/]+\.(?:xml|ya?ml|json)$/i,
    language: "changelog",
  },
  {
    name: "SQL",
    path: /(?:^|\/)(?:[a-z_-]*migrations?|migrate)\/(?:[^/]+\/)*[^/]+\.sql$/i,
    language: "sql",
  },
  {
    name: "a query builder",
    path: /(?:^|\/)(?:[a-z_-]*migrations?|migrate)\/(?:[^/]+\/)*[^/]+\.[cm]?[jt]s$/i,
    language: "script",
  },
];

/** Beside migrations lie their tests, descriptions, and steps that only an undo would take. */
const NO_STEP =
  /\.down\.sql$|(?:^|\/)down\.sql$|\.(?:test|spec|snap)\.[cm]?[jt]s$|\.d\.ts$|(?:^|\/)(?:index|meta)\.[cm]?[jt]s$|(?:^|\/)__init__\.py$/i;

/** What a path says of the migration in it; null when it holds none. */
export function migrationFile(path: string): { tool: string; language: MigrationLanguage } | null {
  if (NO_STEP.test(path)) return null;
  const found = CONVENTIONS.find((convention) => convention.path.test(path));
  return found ? { tool: found.name, language: found.language } : null;
}
