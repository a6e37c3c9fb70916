import { MIGRATIONS, PROJECT } from "../../../scripts/platform/paths.ts";

/** Where the copies are kept: one place, so that the database made from them is found again. */
const CLOCKED = `${PROJECT}/node_modules/.cache/prunella/clocked-migrations`;
/** Sorts before every migration. */
const CLOCK_FILE = "20260101000000_test_clock.sql";
/** A Tuesday forenoon: far from midnight and from every change of the hour. */
export const BEGIN = "2026-12-01T10:00:00.000Z";

const CLOCK_SQL = `create schema test_clock;
create table test_clock.moment (at timestamptz not null);
insert into test_clock.moment values ('${BEGIN}');
create function test_clock.now() returns timestamptz language sql stable security definer set search_path = ''
as $$ select m.at from test_clock.moment as m $$;
grant usage on schema test_clock to public;
`;

/**
 * The migrations as they are, but for one thing: where they ask what time it is, the test answers. So every default, trigger and limit
 * of the database lives in the time that the test makes pass, and no test has to wait.
 */
export async function clockedMigrations(): Promise<string> {
  await Deno.mkdir(CLOCKED, { recursive: true });
  const wanted = new Map([[CLOCK_FILE, CLOCK_SQL]]);
  for (const { name } of Deno.readDirSync(MIGRATIONS)) {
    if (!name.endsWith(".sql")) continue;
    const text = await Deno.readTextFile(`${MIGRATIONS}/${name}`);
    wanted.set(name, text.replaceAll(/(?<![\w.])(?:now|clock_timestamp)\(\)/g, "test_clock.now()"));
  }
  for (const { name } of Deno.readDirSync(CLOCKED)) {
    if (!wanted.has(name)) await Deno.remove(`${CLOCKED}/${name}`).catch(() => {});
  }
  for (const [name, text] of wanted) {
    const path = `${CLOCKED}/${name}`;
    if (await Deno.readTextFile(path).catch(() => null) === text) continue;
    // Renamed into place: another test file may read the folder at this moment.
    const part = `${path}.${crypto.randomUUID()}.part`;
    await Deno.writeTextFile(part, text);
    await Deno.rename(part, path);
  }
  return CLOCKED;
}

/** The time of a test: the engine's and the database's. */
export interface Clock {
  now: () => Date;
  advance(ms: number): Promise<void>;
}

export async function testClock(
  sql: (text: string, params?: readonly unknown[]) => Promise<unknown>,
): Promise<Clock> {
  let at = Date.parse(BEGIN);
  const set = () => sql("update test_clock.moment set at = $1", [new Date(at).toISOString()]);
  await set();
  return {
    now: () => new Date(at),
    async advance(ms) {
      at += ms;
      await set();
    },
  };
}
