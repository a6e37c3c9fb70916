/**
 * What a key's name says about its value.
 * - `strong`: nothing but a secret is kept under such a name; any value goes.
 * - `weak`: usually a secret, but the word has other uses ("unexpected token"); plain counts and flags stay.
 * - `personal`: names, addresses and the like.
 */
export type KeyClass = "strong" | "weak" | "personal";

const STRONG_WORDS = new Set([
  ...["pass", "passwd", "password", "passwords", "pwd", "passphrase", "passcode", "pin", "otp", "totp"],
  ...[
    "secret",
    "secrets",
    "credential",
    "credentials",
    "creds",
    "cvv",
    "cvv2",
    "cvc",
    "ssn",
    "iban",
    "apikey",
  ],
  ...["apikeys", "authorization", "privkey", "pem"],
]);
const WEAK_WORDS = new Set([
  ...["token", "tokens", "auth", "jwt", "cookie", "cookies", "bearer", "csrf", "xsrf", "sid", "session"],
  ...["sig", "signature", "nonce", "dsn"],
]);
const PERSONAL_WORDS = new Set([
  ...["email", "emails", "phone", "mobile", "telephone", "msisdn", "fax", "dob", "birthday", "birthdate"],
  ...["passport", "surname", "firstname", "lastname", "fullname", "username", "nickname", "user"],
]);
const PAIRS: Record<KeyClass, Set<string>> = {
  strong: new Set([
    ...[
      "api",
      "access",
      "private",
      "secret",
      "signing",
      "encryption",
      "account",
      "master",
      "shared",
      "license",
    ]
      .flatMap((word) => [`${word} key`, `${word} keys`]),
    ...[
      "ssh key",
      "gpg key",
      "storage key",
      "service key",
      "webhook key",
      "anon key",
      "auth key",
      "host key",
    ],
    ...[
      "service role",
      "role key",
      "card number",
      "card num",
      "card no",
      "cc number",
      "credit card",
      "debit card",
    ],
    ...[
      "security code",
      "verification code",
      "auth code",
      "authorization code",
      "recovery code",
      "backup codes",
    ],
    ...["account number", "routing number", "sort code", "tax id", "national id", "social security"],
    ...["connection string", "database url", "db url", "webhook url"],
  ]),
  weak: new Set(["session id", "session key", "refresh token", "x amz"]),
  personal: new Set([
    ...["first name", "last name", "full name", "middle name", "given name", "family name", "user name"],
    ...["maiden name", "display name", "street address", "postal address", "home address", "billing address"],
    ...["shipping address", "mail address", "zip code", "postal code", "post code", "date of", "birth date"],
    ...["ip address", "ip addr", "remote addr", "remote address", "client ip", "client addr", "real ip"],
    ...["forwarded for", "connecting ip", "driver license", "drivers license"],
  ]),
};

/** Words run together, as in `accesstoken` or `dbpassword`: only those that no ordinary word contains. */
const STRONG_PARTS =
  /passw(?:or)?d|passphrase|secret(?!ar|ion)|api_?key|accesskey|privatekey|encryptionkey|signingkey|servicerole|credential|creditcard|cardnumber|socialsecurity|connectionstring|(?:db|user|admin|root)pass(?![a-z])/;
const WEAK_PARTS = /(?:access|refresh|auth|bearer|session|id)token|sess(?:ion)?id|csrf|xsrf|cookie/;

/** A last word which says that the value only describes the secret: `password_changed_at`, `token_count`. */
const DESCRIPTIVE = new Set([
  ...[
    "count",
    "length",
    "len",
    "size",
    "limit",
    "usage",
    "ttl",
    "expires",
    "expiry",
    "expired",
    "type",
    "kind",
  ],
  ...[
    "required",
    "enabled",
    "disabled",
    "valid",
    "invalid",
    "changed",
    "strength",
    "policy",
    "min",
    "max",
    "at",
  ],
  ...[
    "in",
    "method",
    "provider",
    "endpoint",
    "error",
    "status",
    "issuer",
    "algorithm",
    "alg",
    "mode",
    "agent",
  ],
  ...[
    "missing",
    "present",
    "rotated",
    "version",
    "scheme",
    "aal",
    "verified",
    "confirmed",
    "failed",
    "failure",
  ],
]);
/** Counting words: `max_tokens`, `total_tokens`. */
const COUNTED = new Set([
  "max",
  "min",
  "total",
  "prompt",
  "completion",
  "input",
  "output",
  "cached",
  "used",
  "num",
  "n",
]);

/** Longer names are looked at in part; no real name is. */
const MAX_KEY_CHARS = 100;
const MAX_CACHED_KEYS = 4096;
const cache = new Map<string, KeyClass | null>();

/**
 * @example classifyKey("X-Api-Key")     // "strong"
 * @example classifyKey("access_token")  // "weak"
 * @example classifyKey("author")        // null
 * @example classifyKey("max_tokens")    // null
 */
export function classifyKey(key: string): KeyClass | null {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const found = classify(key.length > MAX_KEY_CHARS ? key.slice(-MAX_KEY_CHARS) : key);
  if (key.length <= MAX_KEY_CHARS) {
    if (cache.size >= MAX_CACHED_KEYS) cache.clear();
    cache.set(key, found);
  }
  return found;
}

/** The words of a name in camelCase, snake_case, kebab-case or dotted. */
export function wordsOf(key: string): string[] {
  return (key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
}

function classify(key: string): KeyClass | null {
  const words = wordsOf(key);
  const last = words.at(-1);
  if (last === undefined || DESCRIPTIVE.has(last)) return null;
  // `PublicKeyToken` of .NET, public keys.
  if (words.includes("public")) return null;
  if (last === "tokens" && words.some((word) => COUNTED.has(word))) return null;

  const squashed = words.join("");
  const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`);
  const has = (set: Set<string>, pairSet: Set<string>) =>
    words.some((word) => set.has(word)) || pairs.some((pair) => pairSet.has(pair));

  if (has(STRONG_WORDS, PAIRS.strong) || STRONG_PARTS.test(squashed)) return "strong";
  if (has(WEAK_WORDS, PAIRS.weak) || WEAK_PARTS.test(squashed)) return "weak";
  // "user" describes a person only as the whole name or its end; `user_id` and `user_agent` do not.
  if (
    last !== "user" && words.length > 1 && words.includes("user") && !PAIRS.personal.has(pairs.at(-1) ?? "")
  ) {
    return words.some((word) => word !== "user" && PERSONAL_WORDS.has(word)) ? "personal" : null;
  }
  if (has(PERSONAL_WORDS, PAIRS.personal)) return "personal";
  return null;
}
