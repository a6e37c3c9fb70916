import type { Shape } from "../../learn/patterns/shape.ts";
import { maskedWords } from "../../learn/patterns/words.ts";
import type { ErrorEvent } from "../../signals/event.ts";
import { looksUnique } from "../../signals/templates/unique-id.ts";
import type { Category, Severity } from "../diagnosis.ts";
import { PATTERNS } from "./catalogue.ts";
import { readEvent } from "../reading/reading.ts";

const MAX_TYPES = 4;
const MAX_CODES = 8;
const MAX_STATUSES = 2;
/** A name of a class, with its module; nothing that a value could hide in. */
const TYPE = /^[A-Za-z_$][\w$]{1,63}(?:[.:]{1,2}[A-Za-z_$][\w$]{1,63}){0,4}$/;
/** Five or more digits in a row are no part of a code but an id. */
const CODE = /^(?!.*\d{6})[a-z0-9][a-z0-9_.:-]{1,47}$/;

/** Node's, undici's and PostgREST's codes; SQLSTATEs have a digit. */
const VENDOR_CODE =
  /^(?:e(?!rror)[a-z]{4,20}|(?:und_)?err_[a-z_]{3,40}|pgrst\w{3}|(?=\w{0,4}\d)[0-9a-z]{5})$/;
/** Types of exceptions under a field named `type`, and numbers that are statuses or counts. */
const NO_CODE = /(?:error|exception)$|^\d{1,4}$/;

/** What is general about an event, for learning; its root cause speaks for it. */
export function shapeOf(
  event: ErrorEvent,
  { category, severity }: { category: Category; severity: Severity },
): Shape {
  const reading = readEvent(event);
  const types = event.exceptions.flatMap(({ type }) => type !== null && TYPE.test(type) ? [type] : []);
  // A code in a field says that it is one; in the text a table's name looks just the same, so there it must be a vendor's.
  const mentioned = [...reading.mentionedCodes].filter((code) =>
    VENDOR_CODE.test(code) || knownCodes().has(code)
  );
  const codes = [...reading.codes, ...mentioned].filter((code) =>
    CODE.test(code) && !NO_CODE.test(code) && !looksUnique(code)
  );
  return {
    platform: event.platform.toLowerCase(),
    category,
    severity,
    types: [...new Set(types)].slice(0, MAX_TYPES),
    codes: [...new Set(codes)].slice(0, MAX_CODES),
    statuses: reading.statuses.slice(0, MAX_STATUSES).map(String),
    words: maskedWords(reading.texts[0] ?? ""),
  };
}

let known: Set<string> | undefined;

/** Every code that a built-in pattern asks for. */
function knownCodes(): ReadonlySet<string> {
  return known ??= new Set(
    PATTERNS.flatMap(({ match }) =>
      match.anyOf.flatMap(({ codes = [] }) => codes.map((code) => code.toLowerCase()))
    ),
  );
}
