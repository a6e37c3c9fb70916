/** Letters of the longest word that counts as prose; longer ones are more likely keys. */
const MAX_WORD_CHARS = 15;

/** True for one ordinary word, in lower case or capitalised: "expired", "Refresh". Keys mix cases, digits and signs. */
export function isProse(value: string): boolean {
  return value.length <= MAX_WORD_CHARS && /^[A-Za-z]?[a-z]*[.!]?$/.test(value);
}
