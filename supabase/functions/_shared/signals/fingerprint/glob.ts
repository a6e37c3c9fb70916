/** Longer patterns are refused when rules are saved. */
export const MAX_PATTERN_LENGTH = 400;
/** Characters of a value that a pattern sees. */
const MAX_VALUE_LENGTH = 2_000;

function lower(text: string): string {
  return text.toLowerCase();
}

/**
 * Whether `value` as a whole matches a glob, letter case ignored: `*` is any text, `?` any one character, `\` takes the
 * next character as it is. Needs at most `pattern x value` steps, whatever the input.
 */
export function globMatches(pattern: string, value: string): boolean {
  const glob = lower(pattern.slice(0, MAX_PATTERN_LENGTH));
  const text = lower(value.slice(0, MAX_VALUE_LENGTH));
  let at = 0;
  let in_ = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const character = glob[in_];
    const escaped = character === "\\" && in_ + 1 < glob.length;
    if (character === "*") {
      star = in_++;
      resume = at;
    } else if (
      character !== undefined &&
      (escaped ? glob[in_ + 1] === text[at] : character === "?" || character === text[at])
    ) {
      in_ += escaped ? 2 : 1;
      at++;
    } else if (star >= 0) {
      in_ = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (glob[in_] === "*") in_++;
  return in_ === glob.length;
}
