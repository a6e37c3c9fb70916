/**
 * A 32-bit seed from a text: FNV-1a over its UTF-16 code units. Turns an id into a seed, so that the same question is always
 * answered with the same luck.
 *
 * @example stringSeed("fix:42"); // 1226888492
 */
export function stringSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
