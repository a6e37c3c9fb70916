import type { Scenario } from "../scenario.ts";

const OFF_MS = 6_000;

export const killSwitch: Scenario = {
  name: "kill-switch",
  title: "The kill switch is on when the fault comes, and released after 6 s",
  healable: true,
  async break({ wards: [ward], begin, pause, object }) {
    const switchTo = (enabled: boolean) =>
      ward.sql(`update public.projects set healing_enabled = ${enabled} where id = ${ward.project.id}`);
    await switchTo(false);
    begin();
    await ward.set("app.database.pool_size", 1, "Save database connections");
    await pause(OFF_MS);
    const applied = await ward.appliedFixes();
    if (applied > 0) object(`${applied} fixes were applied while the kill switch was on`);
    await switchTo(true);
  },
};
