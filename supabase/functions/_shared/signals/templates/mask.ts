import { DATE_PATTERN } from "./dates.ts";
import { looksUnique } from "./unique-id.ts";

/** Characters of a message that masking reads: what tells two errors apart stands at the beginning. */
export const MAX_MASKED_LENGTH = 4_096;
/** Two passes settle nearly every message; the bound keeps hostile ones linear. */
const MAX_PASSES = 4;

export interface MaskOptions {
  /** Keep numbers that are codes by their word (`status 404`, `code=23505`, `HTTP 500`): they tell causes apart. */
  keepCodes?: boolean;
}

interface Mask {
  /** Cheap test that spares the pattern. */
  when: RegExp;
  pattern: RegExp;
  replace: string | ((match: string, ...groups: string[]) => string);
}

const HAS_DIGIT = /\d/;
const TLD =
  "(?:com|net|org|edu|gov|mil|int|io|co|dev|app|ai|cloud|info|biz|xyz|site|online|store|tech|me|tv|us|uk|de|fr|eu|nl|es|it|ch|at|be|se|no|dk|fi|pl|cz|pt|ie|ru|ua|tr|jp|cn|kr|in|au|nz|ca|br|mx|ar|za|sg|hk|tw|id|vn|th|my|ph|il|ae|gr|hu|ro|local|internal|localdomain|lan)";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";

/** In this order: what is most specific first, so that no part of it is taken for something plainer. */
const MASKS: readonly Mask[] = [
  {
    when: /:\/\//,
    pattern:
      /\b(?:postgres(?:ql)?|mysql|redis|rediss|mongodb(?:\+srv)?|amqps?|s3|gs|blob|file):(?:\/\/)?[^\s<>"'`,;)\]}]{3,2000}/g,
    replace: "<url>",
  },
  // What Java prints of an object without a text of its own: `Cart@1b2c3d4`.
  { when: /@/, pattern: /(?<=[\w$\];])@(?=[a-f]{0,7}\d)[0-9a-f]{5,8}(?![\w.-])/g, replace: "@<hex>" },
  {
    when: /@/,
    pattern: /(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}/g,
    replace: "<email>",
  },
  { when: /:\/\//, pattern: /\b(?:wss?|https?|ftps?):\/\/[^\s<>"'`,;)\]}]{2,2000}/g, replace: "<url>" },
  { when: /eyJ/, pattern: /\beyJ[\w-]{5,2000}\.[\w-]{2,2000}(?:\.[\w-]{0,2000})?/g, replace: "<jwt>" },
  { when: /00-/, pattern: /\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b/g, replace: "<traceparent>" },
  {
    when: /-/,
    pattern: /\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b/g,
    replace: "<uuid>",
  },
  { when: HAS_DIGIT, pattern: /\b[0-9a-fA-F]{40}\b/g, replace: "<sha1>" },
  { when: HAS_DIGIT, pattern: /\b[0-9a-fA-F]{32}\b/g, replace: "<md5>" },
  { when: HAS_DIGIT, pattern: DATE_PATTERN, replace: "<date>" },
  {
    when: /:/,
    pattern:
      /(?<![\w:.])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}|(?:[0-9A-Fa-f]{1,4}:){2,7}:|::(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})(?:%\w{1,16})?(?![\w:])/g,
    replace: "<ip>",
  },
  { when: /:/, pattern: /\b(?:[0-9A-Fa-f]{2}:){5,11}[0-9A-Fa-f]{2}\b/g, replace: "<mac>" },
  { when: /-/, pattern: /(?<![\w-])(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}(?![\w-])/g, replace: "<mac>" },
  {
    when: HAS_DIGIT,
    pattern: new RegExp(`(?<![\\w.])${OCTET}(?:\\.${OCTET}){3}(?![\\w]|\\.\\d)`, "g"),
    replace: "<ip>",
  },
  {
    when: /\./,
    pattern: new RegExp(
      `(?<![\\w./@-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){2,8}${TLD}(?![\\w-]|\\.\\w)`,
      "g",
    ),
    replace: "<hostname>",
  },
  {
    // Files by absolute path; routes such as `/api/orders` have no extension and stay.
    when: /[/\\]/,
    pattern:
      /(?<![\w/\\.<>~-])(?:[A-Za-z]:[\\/]|\\\\|~?\/|\.{1,2}\/)(?:[\w.@+~-]{1,128}[\\/]){0,32}[\w@+~-]{1,128}(?:\.[\w-]{1,32}){1,4}(?![\w/\\])/g,
    replace: "<path>",
  },
  {
    when: /\d/,
    pattern:
      /(?<![\w.])(?:\d{1,9}(?:\.\d{1,9})?(?:h|m|s)){2,3}(?!\w)|(?<![\w.])\d{1,12}(?:\.\d{1,12})? ?(?:ms|milliseconds?|msecs?|µs|us|ns|microseconds?|nanoseconds?)(?!\w)|(?<![\w.])\d{1,12}(?:\.\d{1,12})?s(?!\w)|(?<![\w.])\d{1,12}(?:\.\d{1,12})? (?:sec(?:ond)?s?|min(?:ute)?s?|hours?|days?)(?!\w)/g,
    replace: "<duration>",
  },
  {
    when: HAS_DIGIT,
    pattern: /(?<![\w.])\d{1,15}(?:\.\d{1,9})? ?(?:[kKMGTP]i?B|[kKMGT]b|bytes?)(?!\w)/g,
    replace: "<size>",
  },
  {
    when: HAS_DIGIT,
    pattern: /(?<!\w)0[xX][0-9a-fA-F]{1,64}(?!\w)/g,
    replace: "<hex>",
  },
  {
    when: HAS_DIGIT,
    pattern:
      /(?<![\w-])(?=[0-9a-f]{0,63}[a-f])(?=[0-9a-f]{0,63}\d)[0-9a-f]{7,128}(?![\w-])|(?<![\w-])(?=[0-9A-F]{0,63}[A-F])(?=[0-9A-F]{0,63}\d)[0-9A-F]{8,128}(?![\w-])/g,
    replace: "<hex>",
  },
  {
    // Kubernetes ends the names of what it makes with letters that form no words: `web-7d4b9c6f5-x2x9z`.
    when: /-/,
    pattern:
      /(?<=[a-z0-9])-(?=[a-z]{0,9}\d)[bcdf-hj-np-tv-xz2456789]{6,10}-[bcdf-hj-np-tv-xz2456789]{5}(?![\w-])/g,
    replace: "-<uniq_id>",
  },
  {
    // An id keeps no quotes: the same message prints it with and without.
    when: /[\w-]{10}/,
    pattern: /(["']?)(?<![\w-])([A-Za-z0-9_-]{10,200})(?![\w-])(\1)/g,
    replace: (match, open, word, close) =>
      looksUnique(word!) ? (open === close ? "<uniq_id>" : `${open}<uniq_id>${close}`) : match,
  },
  {
    when: /[+/=]/,
    pattern:
      /(?<![\w+/=<])(?=[A-Za-z0-9+/]{0,400}\d)(?=[A-Za-z0-9+/]{0,400}[A-Z])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w+/=])/g,
    replace: "<base64>",
  },
  {
    when: HAS_DIGIT,
    pattern:
      /(?<![\w.])-?\d{1,30}(?:\.\d{1,30})?[eE][+-]?\d{1,4}(?![\w.])|(?<![\w.])-?\d{1,30}\.\d{1,30}(?![\w]|\.\d)/g,
    replace: "<float>",
  },
  { when: HAS_DIGIT, pattern: /(?<![\w])-?\d{1,3}(?:,\d{3}){1,8}(?![\w,])/g, replace: "<int>" },
  { when: HAS_DIGIT, pattern: /(?<![\w-])-\d{1,40}(?!\w)|(?<!\w)\d{1,40}(?!\w)/g, replace: "<int>" },
  // Numbers inside words: `user_4711`, `order48151`; codes such as `PGRST116` or `E11000` stay.
  {
    when: /[a-z_]\d/,
    pattern: /(?<=[A-Za-z]_)\d{2,40}(?![A-Za-z])|(?<=[a-z])\d{4,40}(?![A-Za-z])/g,
    replace: "<int>",
  },
  { when: /=/, pattern: /=(?:'[^']{1,500}'|"[^"]{1,500}")/g, replace: "=<quoted_str>" },
  // A printed list of values of one kind is one list, however long.
  { when: />, ?</, pattern: /\[(<\w{1,12}>)(?:, ?\1){1,1000}\]/g, replace: "[$1]" },
  { when: /=/, pattern: /=(?:true|false|True|False|TRUE|FALSE)(?!\w)/g, replace: "=<bool>" },
];

/** A number that a word before it declares to be a code. */
const CODE =
  /\b((?:status(?:[ _]?code)?|HTTP(?:\/\d(?:\.\d)?)?|(?:error[ _]?)?code|errno|SQLSTATE|exit(?:ed with)?(?: code)?|signal)(?:"|')?(?: is| of)?\s{0,2}[:=#(]?\s{0,2}(?:"|')?)(\d{1,6})\b/gi;

/** Letters for digits, so that no mask sees a code; private-use characters that no message has. */
const CODE_BASE = 0xe000;

function hideCodes(text: string): string {
  return text.replace(
    CODE,
    (_, word: string, code: string) =>
      word + code.replace(/\d/g, (digit) => String.fromCharCode(CODE_BASE + Number(digit))),
  );
}

function showCodes(text: string): string {
  return text.replace(/[\ue000-\ue009]/g, (character) => String(character.charCodeAt(0) - CODE_BASE));
}

/** Replaces objects printed as JSON by `<json>`: their keys and values come from data. Linear. */
function maskJson(text: string): string {
  let result = "";
  let from = 0;
  for (let open = text.indexOf("{"); open >= 0; open = text.indexOf("{", open + 1)) {
    if (open < from || !/^\{\s{0,20}["']/.test(text.slice(open, open + 24))) continue;
    let depth = 0;
    let quote = "";
    let end = -1;
    for (let i = open; i < text.length; i++) {
      const character = text[i]!;
      if (quote !== "") {
        if (character === "\\") i++;
        else if (character === quote) quote = "";
      } else if (character === '"') quote = character;
      else if (character === "{") depth++;
      else if (character === "}" && --depth === 0) {
        end = i;
        break;
      }
    }
    // Cut objects run to the end: what follows belonged to them.
    const stop = end < 0 ? text.length : end + 1;
    if (!text.slice(open, stop).includes(":")) {
      // Nor has any object inside it: looking at each would take quadratic time.
      open = stop - 1;
      continue;
    }
    result += text.slice(from, open) + "<json>";
    from = stop;
    open = stop - 1;
  }
  return from === 0 ? text : result + text.slice(from);
}

function maskOnce(text: string): string {
  let masked = text;
  for (const { when, pattern, replace } of MASKS) {
    if (!when.test(masked)) continue;
    masked = typeof replace === "string"
      ? masked.replace(pattern, replace)
      : masked.replace(pattern, replace);
  }
  return masked;
}

/**
 * A message with its variable parts replaced by what they are: `user 7 not found` becomes `user <int> not found`.
 * Idempotent; linear in the length, which is bounded by `MAX_MASKED_LENGTH`.
 */
export function maskMessage(message: string, options: MaskOptions = {}): string {
  let text = message.length > MAX_MASKED_LENGTH ? message.slice(0, MAX_MASKED_LENGTH) : message;
  if (text.includes("{")) text = maskJson(text);
  if (options.keepCodes) text = hideCodes(text);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const masked = maskOnce(text);
    if (masked === text) break;
    text = masked;
  }
  return options.keepCodes ? showCodes(text) : text;
}

/** Masks that never hide what a person named: ids, hashes, addresses and times, but no plain numbers below a million. */
const IDENTIFIER_LABELS = /^<(?:email|jwt|traceparent|uuid|sha1|md5|date|ip|mac|hex|uniq_id|base64)>$/;
const LONG_NUMBER = /(?<!\w)\d{6,40}(?!\w)/g;

/** Masks only what identifies one occurrence; for texts that a person wrote to tell errors apart, such as fingerprints. */
export function maskIdentifiers(text: string): string {
  let masked = text;
  for (const { when, pattern, replace } of MASKS) {
    const isIdentifier = typeof replace === "string" ? IDENTIFIER_LABELS.test(replace) : true;
    if (!isIdentifier || !when.test(masked)) continue;
    masked = typeof replace === "string"
      ? masked.replace(pattern, replace)
      : masked.replace(pattern, replace);
  }
  return masked.replace(LONG_NUMBER, "<int>");
}
