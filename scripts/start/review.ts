import type { Platform } from "../platform/start.ts";
import type { Operator } from "./operator.ts";
import type { Terminal } from "./terminal.ts";

/** Where and how the fix that waits can be approved: three ways, which are the same thing to the database. */
export function tellHowToApprove(
  terminal: Terminal,
  platform: Platform,
  operator: Operator,
  fixId: number,
): void {
  const { line, paint } = terminal;
  line();
  line(paint("yellow", `Fix ${fixId} waits for you. Approve it in one of these ways:`));
  line();
  line(
    `  In Studio: open ${
      paint("bold", platform.url)
    }, table auto_fixes, row ${fixId}, set state to approved.`,
  );
  line();
  line("  With curl:");
  line(`    curl -X PATCH '${platform.url}/rest/v1/auto_fixes?id=eq.${fixId}' \\`);
  line(`      -H 'apikey: ${platform.publishableKey}' \\`);
  line(`      -H 'authorization: Bearer ${operator.accessToken}' \\`);
  line(`      -H 'content-type: application/json' -d '{"state":"approved"}'`);
  line();
  line("  With supabase-js:");
  line(`    const supabase = createClient("${platform.url}", "${platform.publishableKey}");`);
  line(
    `    await supabase.auth.signInWithPassword({ email: "${operator.email}", password: "${operator.password}" });`,
  );
  line(`    await supabase.from("auto_fixes").update({ state: "approved" }).eq("id", ${fixId});`);
  line();
}
