import { sharedVocabulary } from "./anonymity.ts";
import { commonWords } from "./similarity.ts";
import { GAP, isGenericType, literals, type Observation } from "./shape.ts";

/** What a learnt pattern asks for: one clause of `diagnose/patterns/pattern.ts`. */
export interface LearntClause {
  types?: string[];
  codes?: string[];
  statuses?: string[];
  messages?: string[];
  platforms?: string[];
}
export interface LearntConditions {
  anyOf: LearntClause[];
  noneOf?: LearntClause[];
}

/** A phrase this long tells one fault from others without a code or a telling type; characters without spaces. */
const LONE_PHRASE_MIN = 16;
const LONE_PHRASE_WORDS = 3;
/** Beside a telling type, less is enough. */
const PHRASE_MIN = 8;
const PHRASE_MAX = 200;

/**
 * What errors of the same fault have in common, and nothing that only one project has. Null when that is too little to know the fault
 * again: then nothing is learnt.
 */
export function conditionsOf(observations: readonly Observation[]): LearntConditions | null {
  const vocabulary = sharedVocabulary(observations);
  const [first, ...rest] = observations;
  if (!first) return null;
  const inAll = (values: ReadonlySet<string>, has: (observation: Observation) => readonly string[]) =>
    observations.every((each) => has(each).some((value) => values.has(value))) ? [...values].sort() : [];
  const codes = inAll(vocabulary.codes, ({ shape }) => shape.codes);
  const types = inAll(
    new Set([...vocabulary.types].filter((type) => !isGenericType(type))),
    ({ shape }) => shape.types,
  );
  const common = rest.reduce(
    (words, { shape }) => commonWords(words, shape.words),
    // A word of one project alone is in nobody else's message, but the first shape is taken as it is.
    first.shape.words.map((word) => vocabulary.words.has(word) ? word : GAP),
  );
  const phrase = phraseOf(common);
  const literal = phrase.replace(/[*\s]/g, "").length;
  const isTelling = codes.length > 0 || (types.length > 0 && literal >= PHRASE_MIN) ||
    (literal >= LONE_PHRASE_MIN && literals(common).length >= LONE_PHRASE_WORDS);
  if (!isTelling) return null;
  return {
    anyOf: [{
      ...(codes.length > 0 && { codes }),
      ...(types.length > 0 && { types }),
      ...(literal >= PHRASE_MIN && { messages: [phrase] }),
    }],
  };
}

/** Words as a phrase of a pattern: a `*` touches its neighbours, because what it stands for may be punctuation. */
function phraseOf(words: readonly string[]): string {
  let phrase = "";
  for (const word of words) {
    const next = word === GAP
      ? (phrase === "" || phrase.endsWith("*") ? phrase : `${phrase}*`)
      : phrase === "" || phrase.endsWith("*")
      ? phrase + word
      : `${phrase} ${word}`;
    if (next.length > PHRASE_MAX) break;
    phrase = next;
  }
  return phrase.replace(/\*+$/, "");
}
