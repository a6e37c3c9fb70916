import type { Scenario } from "../scenario.ts";

/**
 * Two changes within a second. The pool's size is the one that the error names, but it is innocent: the catalogue's cache, switched
 * off in passing, keeps seven connections busy. Taking back the first must be seen not to help, and be undone.
 */
export const firstFixFails: Scenario = {
  name: "first-fix-fails",
  title: "The obvious change is innocent, the other one is not",
  healable: true,
  isConfiguration: true,
  configuration: { "app.database.pool_size": 5 },
  catalogueMs: 600,
  timeoutMs: 90_000,
  async break({ wards: [ward], begin }) {
    await ward.set("app.database.pool_size", 4, "One fewer will do");
    begin();
    await ward.set("app.catalogue.cache_ttl_ms", 5, "Show new prices at once");
  },
  async afterwards({ wards: [ward], object }) {
    const [row] = await ward.sql(
      `select value from public.current_config where project_id = ${ward.project.id} and key = 'app.database.pool_size'`,
    );
    if (row?.value !== 4) object(`the innocent change was not restored: the pool's size is ${row?.value}`);
  },
};
