import { type Detector, FILTERED, TRAITS } from "../detector.ts";
import { isProse } from "../prose.ts";

const SCHEME = /(?<![A-Za-z])(Bearer|Basic|Negotiate|ApiKey)(\s{1,4}|%20|\+)([\w.~+\/=-]{6,})/gi;
const NAMED = /bearer|basic|negotiate|apikey/i;

/** Credentials behind the name of their HTTP scheme, wherever they are written: `Bearer abc123`, `Basic dXNlcjpwYXNz`. */
export const authorization: Detector = {
  name: "authorization",
  needs: TRAITS.space | TRAITS.percent | TRAITS.longRun,
  scrub: (text) =>
    NAMED.test(text)
      ? text.replace(
        SCHEME,
        (whole, scheme: string, gap: string, value: string) =>
          isProse(value) ? whole : `${scheme}${gap}${FILTERED}`,
      )
      : text,
};
