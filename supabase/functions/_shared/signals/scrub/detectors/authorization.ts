import { type Detector, FILTERED, type Span, TRAITS } from "../detector.ts";
import { isProse } from "../prose.ts";

const SCHEME = /(?<![A-Za-z])(Bearer|Basic|Negotiate|ApiKey)(\s{1,4}|%20|\+)([\w.~+\/=-]{6,})/gi;
const NAMED = /bearer|basic|negotiate|apikey/i;

/** Credentials behind the name of their HTTP scheme, wherever they are written: `Bearer abc123`, `Basic dXNlcjpwYXNz`. */
export const authorization: Detector = {
  name: "authorization",
  needs: TRAITS.space | TRAITS.percent | TRAITS.longRun,
  find(text) {
    const found: Span[] = [];
    if (!NAMED.test(text)) return found;
    SCHEME.lastIndex = 0;
    for (let match = SCHEME.exec(text); match; match = SCHEME.exec(text)) {
      const start = match.index + match[1]!.length + match[2]!.length;
      if (!isProse(match[3]!)) found.push({ start, end: SCHEME.lastIndex, marker: FILTERED });
      // `Basic Bearer x`: what is no credential may be the name of the next scheme.
      else SCHEME.lastIndex = start;
    }
    return found;
  },
};
