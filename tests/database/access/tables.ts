import type { TableRules } from "./rules.ts";
import { TABLES_OF_DEPLOYMENTS } from "./tables-of-deployments.ts";
import { TABLES_OF_GROUPING } from "./tables-of-grouping.ts";
import { TABLES_OF_HEALING } from "./tables-of-healing.ts";
import { TABLES_OF_LEARNING } from "./tables-of-learning.ts";
import { TABLES_OF_PROJECTS } from "./tables-of-projects.ts";
import { TABLES_OF_REASONING } from "./tables-of-reasoning.ts";
import { TABLES_OF_SIGNALS } from "./tables-of-signals.ts";

/** Every table and view of schema public. A new one has to be named here, with what each role may do. */
export const TABLES: Record<string, TableRules> = {
  ...TABLES_OF_PROJECTS,
  ...TABLES_OF_SIGNALS,
  ...TABLES_OF_GROUPING,
  ...TABLES_OF_HEALING,
  ...TABLES_OF_LEARNING,
  ...TABLES_OF_REASONING,
  ...TABLES_OF_DEPLOYMENTS,
};
