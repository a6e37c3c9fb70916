const MONTH =
  "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)";
const DAY =
  "(?:Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:rs(?:day)?)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)";
const CLOCK = "\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?";
const ZONE =
  "(?:Z(?:\\d{2}:\\d{2})?|(?:UTC|GMT)?[+-]\\d{2}(?::?\\d{2})?(?!\\d)(?: \\([A-Za-z ]{3,40}\\))?|(?:UTC|GMT|[A-Z]{2,4}[ST]T|[ECMP][SD]T|MST|CET|BST|IST|JST|EET|WET)\\b)";
const MERIDIEM = "(?: ?[AaPp][Mm]\\b)";

/**
 * Dates and times as programs print them: ISO 8601 and its looser relatives, RFC 822, 850, 1123 and 3339, `ctime`,
 * JavaScript's `Date`, syslog, Apache, kitchen clocks. Every quantifier is bounded.
 */
const FORMS = [
  // 2006-01-02T15:04:05.999Z, 2006-01-02 15:04, 2006/01/02, 20060102T150405Z, 20240220 11:55:33.5
  `\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}(?:[T ,]{1,2}${CLOCK}${MERIDIEM}?(?: ?${ZONE})?)?`,
  `\\d{8}[T ]\\d{2}:?\\d{2}:?\\d{2}(?:[.,]\\d{1,9})?(?: ?${ZONE})?`,
  // Mon, 02 Jan 2006 15:04:05 MST; 02 Jan 06 15:04 -0700; Monday, 02-Jan-06 15:04:05 MST; 02/Jan/2006:15:04:05 -0700
  `(?:${DAY},? )?\\d{1,2}[ /-]${MONTH}[ /,-]{1,2}\\d{2,4}(?:[ :]${CLOCK}${MERIDIEM}?(?: ?${ZONE})?)?`,
  // Mon Jan 2 15:04:05 MST 2006; Mon Jan 02 2006 15:04:05 GMT+0100 (CET); Jan 18, 2019; Jan 2 15:04:05
  `(?:${DAY},? )?${MONTH} {1,2}\\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4}(?!:))?(?:,? ${CLOCK}${MERIDIEM}?(?: ${ZONE})?(?: \\d{4})?)?`,
  // 01/02/2006 15:04:05
  `\\d{1,2}[/.]\\d{1,2}[/.]\\d{4}(?:[ ,]{1,2}${CLOCK}${MERIDIEM}?)?`,
  // 15:04:05.999, 3:04PM
  `\\d{1,2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?${MERIDIEM}?(?: ?${ZONE})?`,
  `\\d{1,2}:\\d{2}${MERIDIEM}`,
];

/** Matches one date or time anywhere in a text. Global: for `replace`. */
export const DATE_PATTERN = new RegExp(`(?<![\\w.:/-])(?:${FORMS.join("|")})(?![\\w/-])`, "g");
