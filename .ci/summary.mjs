// The closing line of a CI run: what all test runs together counted. A failed step without a failed test counts as one.
import { readdirSync, readFileSync } from "node:fs";

const [folder, stepFailed] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const report = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A file that could not even be loaded has no test that could fail.
  failed += report.testResults.filter((file) =>
    file.status === "failed" && file.assertionResults.length === 0
  ).length;
}
if (stepFailed === "1" && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
