import { migrationFile } from "../migrations/files.ts";
import type { MigrationKind } from "../migrations/kind.ts";

/** What is known of a deployment before it goes out. Counts of history reach back 90 days. */
export interface PlannedDeployment {
  files: string[];
  linesChanged: number;
  /** Deployments and failures of the author, and of anybody in the folders that are touched. */
  author: { deployments: number; failures: number };
  area: { deployments: number; failures: number };
  /** Local time of the team, 0-23 and 0 (Sunday) - 6. */
  hour: number;
  weekday: number;
  /** Other deployments of the project in the last hour. */
  recentDeployments: number;
}

export interface Feature {
  name: string;
  value: number;
  /** What it means, as a sentence. */
  statement: string;
}

/** Failure rate that an author or area without history is assumed to have, and the deployments this belief is worth. */
const PRIOR_FAILURE_RATE = 0.1;
const PRIOR_DEPLOYMENTS = 10;

const CONFIGURATION_FILE =
  /(?:^|\/)(?:\.env[^/]*|[^/]*config[^/]*\.(?:json|ya?ml|toml|ts|js)|vercel\.json|deno\.json|package\.json|Dockerfile|\.github\/workflows\/[^/]+)$/i;
const LOCK_FILE = /(?:^|\/)(?:package-lock\.json|pnpm-lock\.yaml|yarn\.lock|deno\.lock|bun\.lockb?)$/i;
export const TEST_FILE = /(?:^|\/)(?:tests?|__tests__|spec)\/|\.(?:test|spec)\.[a-z]+$/i;
const DOCUMENT_FILE = /\.(?:md|mdx|txt|rst)$/i;

/** ln of the smoothed failure rate over the assumed one: 0 without history. */
function history({ deployments, failures }: { deployments: number; failures: number }): number {
  const rate = (failures + PRIOR_FAILURE_RATE * PRIOR_DEPLOYMENTS) / (deployments + PRIOR_DEPLOYMENTS);
  return Math.log(rate / PRIOR_FAILURE_RATE);
}

/** Turns a planned deployment into numbers of comparable size, each with the sentence that explains it. */
export function featuresOf(planned: PlannedDeployment, migration: MigrationKind): Feature[] {
  const { files } = planned;
  const productive = files.filter((file) => !TEST_FILE.test(file) && !DOCUMENT_FILE.test(file));
  const folders = new Set(productive.map((file) => file.slice(0, file.lastIndexOf("/") + 1)));
  const flag = (name: string, on: boolean, statement: string): Feature => ({
    name,
    value: on ? 1 : 0,
    statement,
  });
  const touched = files.some((file) => migrationFile(file) !== null);
  return [
    {
      name: "size",
      value: Math.log10(1 + planned.linesChanged) - 2,
      statement: `${planned.linesChanged} lines changed`,
    },
    {
      name: "spread",
      value: Math.log2(1 + folders.size) - 1.5,
      statement: `${productive.length} files in ${folders.size} folders`,
    },
    flag("harmless", files.length > 0 && productive.length === 0, "only tests and documents change"),
    flag("configuration", files.some((file) => CONFIGURATION_FILE.test(file)), "it changes configuration"),
    flag("dependencies", files.some((file) => LOCK_FILE.test(file)), "it changes dependencies"),
    flag(
      "migration",
      migration === "additive" || (touched && migration !== "irreversible"),
      "it migrates the database",
    ),
    flag("irreversible", migration === "irreversible", "its migration cannot be undone"),
    {
      name: "author",
      value: history(planned.author),
      statement:
        `${planned.author.failures} of the author's ${planned.author.deployments} deployments failed`,
    },
    {
      name: "area",
      value: history(planned.area),
      statement:
        `${planned.area.failures} of ${planned.area.deployments} deployments of these folders failed`,
    },
    flag(
      "newcomer",
      planned.area.deployments > 0 && planned.author.deployments === 0,
      "the author's first deployment",
    ),
    flag("night", planned.hour < 7 || planned.hour >= 20, `it goes out at ${planned.hour}:00`),
    flag(
      "before_weekend",
      (planned.weekday === 5 && planned.hour >= 15) || planned.weekday === 6 || planned.weekday === 0,
      "the weekend is near, few people watch",
    ),
    {
      name: "crowd",
      value: Math.log2(1 + planned.recentDeployments),
      statement: `${planned.recentDeployments} other deployments in the last hour`,
    },
  ];
}
