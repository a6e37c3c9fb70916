// Runs before every npm script, on plain Node, because nothing is installed yet on a fresh machine.
// Installs exactly what the lock file names, once: a second run finds the stamp and does nothing.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";

const STAMP = "node_modules/.prunella-lock";

const lock = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
const installed = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : "";
if (installed !== lock) {
  console.log("Installing dependencies (once; about a minute)...");
  // --ignore-scripts: no package may run code of its own while it is installed; none of ours needs to.
  // --loglevel=error: some packages ask for Node >= 22, but everything runs on Deno.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--ignore-scripts", "--loglevel=error"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error("npm ci failed. Check that the npm registry can be reached, then run the command again.");
    process.exit(result.status ?? 1);
  }
  writeFileSync(STAMP, lock);
}
