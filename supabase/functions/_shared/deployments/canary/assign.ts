/**
 * Whether a unit (an instance, a session) is among the first to get a gradual change. The same unit always is or is not, and who is among
 * the first tenth is among the first half; for another change they are others (SHA-256 of change and unit, as a number in [0, 1)).
 */
export async function isAmongFirst(rolloutId: number, unit: string, share: number): Promise<boolean> {
  const bytes = new TextEncoder().encode(`${rolloutId}\u001f${unit}`);
  const digest = new DataView(await crypto.subtle.digest("SHA-256", bytes));
  return digest.getUint32(0) / 2 ** 32 < share;
}
