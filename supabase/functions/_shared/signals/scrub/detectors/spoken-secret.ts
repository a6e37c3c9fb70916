import { type Detector, FILTERED, TRAITS } from "../detector.ts";
import { classifyKey } from "../key-class.ts";
import { isProse } from "../prose.ts";

/** `--password x`, `--api-key x` on a command line. */
const FLAG = /(--([A-Za-z][\w-]{1,40}) {1,4})(?!-)("[^"\n]{1,512}"|'[^'\n]{1,512}'|[^\s"']{1,512})/g;
/** `password 'x'` in SQL, "password is x" in prose. */
const SPOKEN =
  /\b((?:password|passwd|passphrase|passcode|identified by|secret)\s{1,4}(?:is\s|was\s|set to\s)?)("[^"\n]{1,512}"|'[^'\n]{1,512}'|(?<=(?:is|was|to)\s)[^\s"',;]{1,512})/gi;

/** Secrets behind their name without any separator. */
export const spokenSecret: Detector = {
  name: "spoken secret",
  needs: TRAITS.space,
  scrub(text) {
    let out = text;
    if (out.includes("--")) {
      out = out.replace(
        FLAG,
        (whole, flag: string, name: string) => isSecretName(name) ? `${flag}${FILTERED}` : whole,
      );
    }
    if (/pass|secret|identified by/i.test(out)) {
      out = out.replace(
        SPOKEN,
        (whole, words: string, value: string) => isProse(value) ? whole : words + FILTERED,
      );
    }
    return out;
  },
};

function isSecretName(name: string): boolean {
  const kind = classifyKey(name);
  return kind === "strong" || kind === "weak";
}
