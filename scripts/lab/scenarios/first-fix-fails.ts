import type { Scenario } from "../scenario.ts";

/**
 * Two changes within a second. The pool is the one that the error names, and it shrank to a fifth; yet six connections are plenty
 * for this shop. Guilty is the catalogue's cache, switched off in passing: eighty connections would be busy with reading it, so the
 * thirty of before do not help either. Taking back the first must be seen not to help, and be undone.
 */
export const firstFixFails: Scenario = {
  name: "first-fix-fails",
  title: "The obvious change is innocent, the other one is not",
  healable: true,
  isConfiguration: true,
  // Kept for longer than the scenario lasts: every reading of the catalogue would be a fault of its own.
  configuration: { "app.database.pool_size": 30, "app.catalogue.cache_ttl_ms": 600_000 },
  catalogueMs: 3_500,
  mix: { products: 0.45, search: 0.25, checkout: 0.15, orders: 0.15 },
  timeoutMs: 90_000,
  async break({ wards: [ward], begin }) {
    await ward.set("app.database.pool_size", 6, "Six will do");
    begin();
    await ward.set("app.catalogue.cache_ttl_ms", 5, "Show new prices at once");
  },
  async afterwards({ wards: [ward], object }) {
    const [row] = await ward.sql(
      `select (select value from public.current_config where project_id = ${ward.project.id} and key = 'app.database.pool_size') as value,
        (select f.target_key from public.auto_fixes as f where f.project_id = ${ward.project.id} and f.state = 'rolled_back' order by f.id limit 1) as taken_back`,
    );
    if (row?.taken_back !== "configuration:app.database.pool_size") {
      object("the first fix was not taken back");
    }
    if (row?.value !== 6) object(`the innocent change was not restored: the pool's size is ${row?.value}`);
  },
};
