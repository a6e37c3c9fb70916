import type { Scenario } from "../scenario.ts";

/** Decisions that a storm of one issue may cost: a look or two before enough errors are counted, and the one that acts. */
const MAX_DECISIONS = 6;

export const errorStorm: Scenario = {
  name: "error-storm",
  title: "Sixty requests a second fail for one reason",
  healable: true,
  isConfiguration: true,
  perSecond: 60,
  mix: { orders: 0.9, products: 0.1 },
  async break({ wards: [ward], begin }) {
    begin();
    await ward.set("app.database.pool_size", 0, "Save database connections");
  },
  async afterwards({ wards: [ward], object }) {
    const [found] = await ward.sql(
      `select (select count(*) from public.detected_errors where project_id = ${ward.project.id})::int as issues,
        (select count(*) from public.decisions where project_id = ${ward.project.id})::int as decisions,
        (select count(*) from public.auto_fixes where project_id = ${ward.project.id} and not informational)::int as fixes`,
    );
    if (found?.issues !== 1) object(`one fault made ${found?.issues} issues`);
    if (found?.fixes !== 1) object(`one issue got ${found?.fixes} fixes`);
    if (Number(found?.decisions) > MAX_DECISIONS) object(`one issue cost ${found?.decisions} decisions`);
  },
};
