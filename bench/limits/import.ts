// Imports one module in a fresh process and prints how long that took, in milliseconds.
const [module] = Deno.args;
if (!module) throw new Error("usage: import.ts <url of a module>");
const began = performance.now();
await import(module);
console.log(performance.now() - began);
// Whatever the module left running is not part of its import.
Deno.exit(0);
