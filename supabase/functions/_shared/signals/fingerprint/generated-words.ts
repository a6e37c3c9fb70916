/** Shorter words are names and codes far more often than ids. */
const MIN_LENGTH = 8;
/** Oddness above which a word was made by chance, by its groups of digits. */
const CHANCE = { without: 0.5, oneGroup: 0.42, more: 0.35 };

/**
 * The 200 pairs of letters that make up nine tenths of English words and names in code. Of random letters they are three
 * tenths.
 */
const COMMON_PAIRS = new Set(
  ("ab ac ad ag ai ak al am an ap ar as at au av ay ba be bi bl bo br bs bu ca ce ch ci ck cl co cr ct cu da de di do ds du " +
    "ea ec ed ee ef eg el em en ep er es et ev ew ex fa fe ff fi fo ga ge gh gi gr gu ha he hi ho ia ib ic id ie if ig il im " +
    "in io ip ir is it iv iz ke ks la ld le li ll lo ls lt lu ly ma me mi mo mp na nc nd ne nf ng ni nn no ns nt nu nv ob oc " +
    "od ol om on oo op or os ot ou ov ow pa pe pi pl po pp pr ps pt pu qu ra rc rd re ri rm rn ro rr rs rt ru ry sa sc se sh " +
    "si so sp ss st su ta tc te th ti tl to tr ts tt tu ty ua ub uc ue ui ul um un up ur us ut va ve vi wa we wi wo xp yp ze")
    .split(" "),
);

/** Codes of vendors, which tell causes apart: `PGRST116`, `SQL0803N`, `KB5034441`. */
const CODE = /^[A-Z]{1,8}\d{2,7}[A-Z]?$/;
const HEX = /^(?:[0-9a-f]+|[0-9A-F]+)$/;

const isDigit = (code: number) => code >= 48 && code <= 57;
const isUpper = (code: number) => code >= 65 && code <= 90;

/**
 * How little a word of letters and digits looks like one that a person made: the mean over its pairs of characters, where a
 * border between letters and digits and a pair that words hardly have count 1, and capitals within count half.
 */
function oddness(word: string): { value: number; digitGroups: number } {
  let odd = 0;
  let pairs = 0;
  let digitGroups = isDigit(word.charCodeAt(0)) ? 1 : 0;
  for (let at = 1; at < word.length; at++) {
    const [before, after] = [word.charCodeAt(at - 1), word.charCodeAt(at)];
    if (isDigit(before) && isDigit(after)) continue;
    pairs++;
    if (isDigit(before) !== isDigit(after)) {
      odd += 1;
      if (isDigit(after)) digitGroups++;
    } else if (!isUpper(before) && isUpper(after)) odd += 0.5;
    else if (!COMMON_PAIRS.has(word.slice(at - 1, at + 1).toLowerCase())) {
      odd += isUpper(before) && isUpper(after) ? 0.5 : 1;
    }
  }
  return { value: pairs === 0 ? 0 : odd / pairs, digitGroups };
}

/** Words of camelCase and acronyms, as people join them: `get`, `By`, `Id`, `XML`. */
const HUMPS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
/** Mean length of humps, and their number, at which nobody wrote them: `vJMtcCSAHu` has five of two letters. */
const SHORT_HUMP = 2.4;
const MANY_HUMPS = 4;

function hasManyShortHumps(word: string): boolean {
  const humps = word.match(HUMPS)?.length ?? 0;
  return humps >= MANY_HUMPS && word.length / humps <= SHORT_HUMP;
}

/** Whether a word of letters and digits was made by a generator of ids. */
export function looksGenerated(word: string): boolean {
  if (word.length < MIN_LENGTH || CODE.test(word)) return false;
  const digits = /\d/.test(word);
  const mixed = digits ? /[A-Za-z]/.test(word) : /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(word);
  if (!mixed) return false;
  const { value, digitGroups } = oddness(word);
  if (!digits && hasManyShortHumps(word)) return true;
  if (HEX.test(word)) return digitGroups > 1 || /\d{2}/.test(word);
  return value > (digitGroups === 0 ? CHANCE.without : digitGroups === 1 ? CHANCE.oneGroup : CHANCE.more);
}

/** What stands for every value that varies in a text that groups. */
export const VALUE = "<*>";

const UUID = /(?<![0-9a-fA-F])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9a-fA-F])/g;
/** An id of which the scrubber took a part for the number of a card: by chance one UUID in some hundreds has one. */
const SCRUBBED_ID = /[0-9A-Fa-f-]{0,36}(?:\[[a-z]{2,20}\][0-9A-Fa-f-]{0,36}){1,4}/g;
/** Words with their dashes and underscores: the alphabets of some generators have them. */
const WORD = /[A-Za-z0-9_-]{8,256}/g;
const PIECE = /[A-Za-z0-9]{8,256}/g;
/** `user_`, `cus_`, `order-`: what people put before an id. */
const PREFIX = /^(?:[A-Za-z][a-z]{1,15}[_-]){1,4}/;
/** Characters from which a word is judged with its dashes left out. */
const LONG = 16;
/** Addresses, paths and tokens are masked as wholes. */
const WHOLE = /[/\\@]|eyJ/;

function withoutId(word: string): string {
  const bare = word.replace(/[_-]/g, "");
  if (bare.length === word.length) return looksGenerated(word) ? VALUE : word;
  const prefix = PREFIX.exec(word)?.[0] ?? "";
  const rest = word.slice(prefix.length);
  const joined = rest.replace(/[_-]/g, "");
  // Words joined by dashes are as odd as chance where they meet, so only letters of both cases with digits count.
  if (
    rest.length >= LONG && /[a-z]/.test(joined) && /[A-Z]/.test(joined) && /\d/.test(joined) &&
    looksGenerated(joined)
  ) {
    return prefix + VALUE;
  }
  return word.replace(PIECE, (piece) => looksGenerated(piece) ? VALUE : piece);
}

/**
 * A message without the ids in it, wherever they stand: `user_V1StGXR8Z5` becomes `user_<*>`. Linear in the length.
 *
 * Masking alone leaves one random word in ten, or a part of it, and each would be an issue of its own.
 */
export function withoutIds(message: string): string {
  if (!/[A-Za-z0-9-]{8}/.test(message)) return message;
  return message.split(/(\s+)/).map((chunk) => {
    if (chunk.length < MIN_LENGTH || WHOLE.test(chunk)) return chunk;
    return chunk.replace(SCRUBBED_ID, (id) => /^\[[a-z]+\]$/.test(id) ? id : VALUE).replace(UUID, VALUE)
      .replace(WORD, withoutId);
  }).join("");
}

/**
 * Kinds of values that are told apart for people, and of which one id may have several: digits alone, digits and letters. An id
 * of base64url may also be broken by its own dashes.
 */
const KINDS = /<(?:uuid|hex|int|float|uniq_id|sha1|md5|base64)>/g;
const RUNS = /<\*>(?:[\w-]{0,40}<\*>)+/g;

/** A masked message in which a value is a value, of whatever kind. */
export function withOneKindOfValue(masked: string): string {
  return masked.replace(KINDS, VALUE).replace(RUNS, VALUE);
}
