import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { declared, readPatch } from "../../../supabase/functions/_shared/deployments/diffs/patch.ts";

describe("the function that a line declares", () => {
  it.each([
    ["export async function POST(request: Request) {", "POST"],
    ["export default function Page() {", "Page"],
    ["function* pages(limit = 10) {", "pages"],
    ["const total = (cart: Cart): number => {", "total"],
    ["export const GET = async (req) => {", "GET"],
    ["  onClick: () => save(),", "onClick"],
    ["  async load(id: string): Promise<Row> {", "load"],
    ["  get value() {", "value"],
    ["  #secret(a) {", "secret"],
    ["def compute_tax(order):", "compute_tax"],
    ["  async def fetch(self, url):", "fetch"],
    ["  def self.build(x)", "build"],
    ["func (s *Server) Handle(w http.ResponseWriter) {", "Handle"],
    ["pub async fn run(&self) -> Result<()> {", "run"],
    ["  public static void main(String[] args) {", "main"],
    ["private fun greet(name: String) {", "greet"],
    ["    public function index(Request $request)", "index"],
  ])("%s", (line, name) => expect(declared(line)).toBe(name));

  it.each([
    "  if (x) {",
    "  } else if (x) {",
    "  for (const a of b) {",
    "  while (true) {",
    "  } catch (error) {",
    "  switch (kind) {",
    "  const x = await fetch(url);",
    "await expect(foo).toBe(1);",
    '  it("names", () => {',
    '  it("names", function () {',
    "  foo(bar, {",
    "class Foo {",
    "import { a } from 'b';",
    "",
  ])("none in %s", (line) => expect(declared(line)).toBeNull());
});

describe("a file's part of a diff", () => {
  it("gives changed lines to the function around them, and tells when some belong to none", () => {
    const patch = `@@ -10,7 +10,8 @@ export async function load(id: string) {
   const row = await find(id);
-  return row.total;
+  const taxRate = row.tax_rate;
+  return row.total * taxRate;
 }
 
 export function other() {`;
    expect(readPatch(patch)).toMatchObject({ functions: ["load"], all: true });
    expect(readPatch(patch).words).toEqual(expect.arrayContaining(["taxrate", "tax_rate", "total"]));
    expect(readPatch(patch).words).not.toContain("other");
    expect(readPatch(`${patch}\n@@ -40,3 +41,4 @@ class Cart {\n   static limit = 3;\n+  static most = 4;`))
      .toMatchObject({ functions: ["load"], all: false });
  });

  it("ends a function with its block", () => {
    expect(readPatch(`@@ -1,6 +1,7 @@
 function first() {
   return 1;
 }
+const LIMIT = 3;
 function second() {
   return 2;
 }`)).toMatchObject({ functions: [], all: false });
  });

  it("takes the innermost of functions inside each other, and the method of a class", () => {
    expect(readPatch(`@@ -1,9 +1,9 @@
 class Cart {
   total(items) {
     const add = (a, b) => {
-      return a - b;
+      return a + b;
     };
     return items.reduce(add, 0);
   }
   clear() {
-    this.items = null;
+    this.items = [];
   }`)).toMatchObject({ functions: ["add", "clear"], all: true });
  });

  it("reads Python by its indentation", () => {
    expect(readPatch(`@@ -3,6 +3,7 @@ import os
 def first():
     return 1
 
 def second():
+    log("x")
     return 2`)).toMatchObject({ functions: ["second"], all: true });
  });

  it("keeps nothing of a secret that is in the diff", () => {
    const secrets = [
      "sk_live_51H8abcdefghijklmnopqrst",
      "AKIAIOSFODNN7EXAMPLE",
      "hunter2hunter2",
      "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
      "MIIEpAIBAAKCAQEAq7BFUpkGp3",
      "x9f8e7d6c5b4a3",
    ];
    const patch = `@@ -1,3 +1,9 @@ function connect() {
+  const stripe = new Stripe("${secrets[0]}");
-  const aws = "${secrets[1]}";
+  login({ password: "${secrets[2]}" });
+  const token = "${secrets[3]}";
+  const pem = \`-----BEGIN RSA PRIVATE KEY-----
+${secrets[4]}
+-----END RSA PRIVATE KEY-----\`;
+  const other = "${secrets[5]}";`;
    const { words, functions } = readPatch(patch);
    for (const secret of secrets) {
      expect(words.join(" ")).not.toContain(secret.toLowerCase().slice(0, 10));
    }
    expect(words).toEqual(expect.arrayContaining(["stripe", "aws", "login", "other"]));
    expect(functions).toEqual(["connect"]);
  });

  it("reads whatever comes without failing, in bounded size and time", () => {
    fc.assert(fc.property(fc.string({ maxLength: 2_000 }), (text) => {
      const { functions, words } = readPatch(text);
      expect(functions.length).toBeLessThanOrEqual(50);
      expect(words.length).toBeLessThanOrEqual(200);
    }));
    const lines = [
      "+" + "a ".repeat(5_000),
      "+" + "(".repeat(10_000),
      "+" + "Aa<".repeat(3_000),
      "+name(" + ")".repeat(9_000),
    ];
    const from = performance.now();
    readPatch(Array.from({ length: 4_000 }, (_, index) => lines[index % lines.length]).join("\n"));
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});
