// Shapes of secrets that this system itself handles. Data of monitored applications is scrubbed where it comes in.
const SECRETS: [RegExp, string][] = [
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g, "[token]"],
  [/\b(?:sb_secret|sb_publishable|sbp|sk|pk|rk|ghp|gho|ghs|github_pat|xox[abprs])[_-][\w-]{8,}/g, "[key]"],
  [
    /\b(Bearer|Basic|apikey|api[_-]?key|password|secret|token)(["']?\s*[:= ]\s*["']?)(?!\[)[^\s"',;)]{8,}/gi,
    "$1$2[secret]",
  ],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]*:[^\s/@]*@/gi, "$1[credentials]@"],
];

/** Longest text that is looked at: a log line needs no more, and the patterns stay cheap. */
const MAX_LENGTH = 8_192;

/**
 * The text without keys, tokens and passwords.
 *
 * @example redact("postgres://app:hunter2@db/x refused") // "postgres://[credentials]@db/x refused"
 */
export function redact(text: string): string {
  return SECRETS.reduce((clean, [pattern, by]) => clean.replace(pattern, by), text.slice(0, MAX_LENGTH));
}
