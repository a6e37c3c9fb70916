/** A phrase ready for searching; see `patterns/pattern.ts` for the syntax. */
export interface Phrase {
  source: string;
  /** Literal parts between the stars, lower case, in order. */
  parts: string[];
  /** Whether the first part must begin a word, and the last end one. */
  beginsWord: boolean;
  endsWord: boolean;
  literalLength: number;
}

export function preparePhrase(source: string): Phrase {
  const text = source.toLowerCase().replace(/\s+/g, " ").trim();
  const parts = text.split("*").filter((part) => part !== "");
  return {
    source,
    parts,
    beginsWord: isWordCharacter(text.charCodeAt(0)),
    endsWord: isWordCharacter(text.charCodeAt(text.length - 1)),
    literalLength: parts.reduce((sum, part) => sum + part.trim().length, 0),
  };
}

/**
 * Whether the phrase is in the text (lower case, whitespace collapsed). Linear: the leftmost place for each part leaves
 * the most room for the rest, so nothing is ever tried again.
 */
export function phraseIn(phrase: Phrase, text: string): boolean {
  const { parts } = phrase;
  let from = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const mustBegin = i === 0 && phrase.beginsWord;
    const mustEnd = i === parts.length - 1 && phrase.endsWord;
    let at = text.indexOf(part, from);
    while (
      at >= 0 &&
      ((mustBegin && isWordCharacter(text.charCodeAt(at - 1))) ||
        (mustEnd && isWordCharacter(text.charCodeAt(at + part.length))))
    ) {
      at = text.indexOf(part, at + 1);
    }
    if (at < 0) return false;
    from = at + part.length;
  }
  return parts.length > 0;
}

/** Whether the whole of `text` fits a glob of literals and `*`; both in lower case. Linear like `phraseIn`. */
export function globMatches(glob: string, text: string): boolean {
  if (!glob.includes("*")) return glob === text;
  const parts = glob.split("*");
  const first = parts[0]!;
  const last = parts[parts.length - 1]!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) {
    return false;
  }
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= text.length - last.length;
}

/** ASCII letters, digits and the underscore; NaN (outside the text) is none. */
function isWordCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) ||
    code === 95;
}
