import { type Detector, FILTERED, type Span, TRAITS } from "../detector.ts";

/** Characters that can be in the user part of an address; longer ones are not addresses. */
const MAX_USERINFO_CHARS = 512;
/** Database addresses are often written by hand, with passwords that would have to be escaped and are not. */
const DATABASE_SCHEME =
  /(?:postgres|postgresql|mysql|mariadb|mongodb|mongodb\+srv|redis|rediss|amqps?|mssql|sqlserver|ldaps?)$/i;
const LONGEST_SCHEME_CHARS = 12;

/** `scheme://user:password@host`: connection strings, DSNs, Git remotes, proxies. */
export const urlCredentials: Detector = {
  name: "url credentials",
  needs: TRAITS.url,
  find(text) {
    const found: Span[] = [];
    if (!text.includes("@")) return found;
    let done = 0;
    for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
      const start = at + 3;
      if (start < done) continue;
      const database = DATABASE_SCHEME.test(text.slice(Math.max(0, at - LONGEST_SCHEME_CHARS), at));
      const end = userinfoEnd(text, start, database);
      if (end === -1) continue;
      found.push({ start, end, marker: FILTERED });
      done = end;
    }
    return found;
  },
};

/** Index of the `@` that ends the user part beginning at `start`, or -1 when there is none. */
function userinfoEnd(text: string, start: number, database: boolean): number {
  let found = -1;
  const limit = Math.min(text.length, start + MAX_USERINFO_CHARS);
  for (let i = start; i < limit; i++) {
    const char = text[i]!;
    if (char === "@") found = i;
    else if (char <= " " || char === '"' || char === "'" || char === "`" || char === "<" || char === ">") {
      break;
    } else if (!database && (char === "/" || char === "?" || char === "#" || char === "\\")) break;
    // The next address of a list begins: what lies behind it is not this one's user part.
    else if (char === ":" && text.startsWith("://", i)) break;
  }
  return found > start ? found : -1;
}
