import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { clockedMigrations } from "./support/clock.ts";
import { OUT_OF_MEMORY, POOL_EXHAUSTED } from "./support/events.ts";
import { VIOLATIONS_SQL } from "./support/invariants.ts";
import { type Command, commands, createModel } from "./support/model.ts";
import { openWardOn, type Ward } from "./support/ward.ts";

const RUNS = Number(Deno.env.get("PRUNELLA_PROPERTY_RUNS") ?? 60);
const SEED = Number(Deno.env.get("PRUNELLA_PROPERTY_SEED") ?? Date.now() % 1_000_000_000);

let db: TestDatabase;
let ward: Ward;
beforeAll(async () => {
  db = await testDatabase({ migrationsDir: await clockedMigrations() });
  ward = await openWardOn(db);
  await db.script(VIOLATIONS_SQL);
  const id = (await ward.one(
    "insert into projects (slug, name, mode) values ('bystander', 'Bystander', 'auto') returning id",
  )).id as number;
  await ward.oldValue(id, "app.pool_size", 20);
  await ward.change(id, "app.pool_size", 1);
  await ward.sql("update projects set mode = 'observe' where id = $1", [id]);
  await ward.errors(id, POOL_EXHAUSTED, 3);
  await ward.errors(id, OUT_OF_MEMORY, 3);
});
afterAll(() => ward.stop());

it(
  `the ten invariants hold after every step of ${RUNS} random histories of faults, people, switches and dying workers (seed ${SEED})`,
  async () => {
    const seen: Record<string, number> = {};
    let commandCount = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 25, maxLength: 40 }), async (history: Command[]) => {
        const model = await createModel(db, ward);
        try {
          for (const command of history) {
            await model.run(command);
            expect(await model.violations(), `after ${JSON.stringify(command)}`).toEqual([]);
          }
          await model.comeToRest();
          expect(await model.violations(), "at rest").toEqual([]);
          expect(await model.leftovers(), "left half-done, unlearnt or unexplained").toEqual([]);
          commandCount += history.length;
          for (const what of await model.happened()) seen[what] = (seen[what] ?? 0) + 1;
        } finally {
          await model.remove();
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: Deno.env.get("PRUNELLA_PROPERTY_SHRINK") === undefined },
    );
    console.info(`${RUNS} histories, ${commandCount} steps, seed ${SEED}:`, seen);
  },
  20 * 60_000,
);
