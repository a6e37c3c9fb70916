// A healing engine in a process of its own, so that it can be killed: the same function that is deployed, run again and again.
import { app } from "../../supabase/functions/healing-engine/app.ts";

const key = Deno.args[0];
if (!key) throw new Error("usage: worker.ts <automations key>");
// Loading takes longer than most lives last, so the next worker is loaded while another lives, and waits for its turn.
await Deno.stdin.read(new Uint8Array(1));
while (true) {
  const response = await app.fetch(
    new Request("http://worker/healing-engine/run?wait=true", { method: "POST", headers: { apikey: key } }),
  );
  if (!response.ok) console.error(response.status, await response.text());
  await new Promise((resolve) => setTimeout(resolve, 20));
}
