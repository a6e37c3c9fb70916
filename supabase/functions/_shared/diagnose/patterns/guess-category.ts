import { CATEGORIES, type Category } from "../diagnosis.ts";
import { textTokens } from "../tokens.ts";
import { PATTERNS } from "./catalogue.ts";

/** Log odds above the next best category below which nothing is claimed: e^1 is a factor of almost three. */
const MARGIN = 1;
/** Words that must speak for a category: one alone is an accident of the catalogue. */
const MIN_WORDS = 2;
/** Patterns of a category that are supposed to exist beside the known ones, and how many of them have a given word. */
const UNKNOWN_PATTERNS = 5;
const UNKNOWN_WITH_WORD = 0.1;

interface Model {
  /** In how many patterns of each category a word is. */
  words: Map<string, Map<Category, number>>;
  patterns: Map<Category, number>;
}

let model: Model | undefined;

/**
 * The category of a fault of which only words, types and codes are known: naive Bayes over the built-in patterns, with equal priors
 * because the catalogue's own proportions say nothing about the world.
 *
 * @example guessCategory(["dns", "lookup", "host", "not", "found"]) // "network"
 */
export function guessCategory(words: readonly string[]): Category {
  model ??= learnWords();
  const { words: counts, patterns } = model;
  const known = [...textTokens(words.join(" "))].flatMap((token) => counts.get(token) ?? []);
  const scores = CATEGORIES.filter((category) => patterns.has(category)).map((category) => ({
    category,
    support: known.filter((count) => count.has(category)).length,
    score: known.reduce((sum, count) => {
      const share = ((count.get(category) ?? 0) + UNKNOWN_WITH_WORD) /
        ((patterns.get(category) ?? 0) + UNKNOWN_PATTERNS);
      return sum + Math.log(share);
    }, 0),
  })).sort((a, b) => b.score - a.score);
  const [best, next] = scores;
  if (!best || !next || best.support < MIN_WORDS) return "unknown";
  return best.score - next.score >= MARGIN ? best.category : "unknown";
}

function learnWords(): Model {
  const words: Model["words"] = new Map();
  const patterns: Model["patterns"] = new Map();
  for (const { category, slug, title, match } of PATTERNS) {
    patterns.set(category, (patterns.get(category) ?? 0) + 1);
    const clauses = match.anyOf.flatMap(({ types = [], codes = [], messages = [] }) => [
      ...types,
      ...codes,
      ...messages,
    ]);
    for (const token of textTokens([slug, title, ...clauses].join(" "))) {
      const counts = words.get(token) ?? new Map<Category, number>();
      counts.set(category, (counts.get(category) ?? 0) + 1);
      words.set(token, counts);
    }
  }
  return { words, patterns };
}
