/**
 * Resolves when the parent closes our input, which happens even when it is killed: no child outlives it. Started by hand in a
 * terminal, the process ends with Ctrl+C like any other.
 */
export async function endWithParent(): Promise<void> {
  for await (const _chunk of Deno.stdin.readable) {
    // Nothing is expected here.
  }
}
