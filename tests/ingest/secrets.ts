/**
 * Secrets for tests, put together at run time so that no scanner takes this file for a leak. `core` is the part that
 * must not be found anywhere afterwards.
 */
export interface Secret {
  kind: string;
  text: string;
  core: string;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Letters and digits that look random and are the same on every run. */
export function letters(seed: number, length: number, from = alphabet): string {
  let state = (seed * 2654435761) >>> 0 || 1;
  let out = "";
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    out += from[state % from.length];
  }
  return out;
}

export function luhn(prefix: string): string {
  for (let last = 0; last < 10; last++) {
    const digits = [...prefix, String(last)].reverse().map(Number);
    const sum = digits.reduce((total, d, i) => total + (i % 2 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : d), 0);
    if (sum % 10 === 0) return prefix + last;
  }
  return prefix;
}

const base64url = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");

/** One secret of each kind that is recognised by its shape alone, wherever it stands. */
export function shapedSecrets(seed: number): Secret[] {
  const r = (length: number, n: number, from?: string) => letters(seed * 101 + n, length, from);
  const hex = "0123456789abcdef";
  const make = (kind: string, text: string, core = text): Secret => ({ kind, text, core });
  const jwt = `${base64url({ alg: "HS256", typ: "JWT" })}.${
    base64url({ sub: r(8, 1), role: "service_role" })
  }.${r(43, 2)}`;
  const card = luhn("4" + r(14, 3, "0123456789"));
  const local = `user.${r(6, 4).toLowerCase()}+tag`;
  const pem = `-----BEGIN RSA PRIVATE KEY-----\n${r(64, 5)}\n${r(64, 6)}\n-----END RSA PRIVATE KEY-----`;
  const password = `p${r(12, 7)}9`;
  return [
    make("JWT", jwt),
    make("Supabase secret key", ["sb", "secret", r(22, 8)].join("_")),
    make("Supabase access token", ["sbp", r(40, 9, hex)].join("_")),
    make("Stripe key", ["sk", "live", r(24, 10)].join("_")),
    make("API key of Prunella", ["pk", r(64, 18, hex)].join("_")),
    make("OpenAI key", ["sk", "proj", r(48, 11)].join("-")),
    make("AWS key id", "AKIA" + r(16, 12, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    make("GitHub token", ["ghp", r(36, 13)].join("_")),
    make("GitHub fine-grained token", ["github_pat", r(40, 14)].join("_")),
    make("Slack token", ["xoxb", r(12, 15, "0123456789"), r(24, 16)].join("-")),
    make("Google key", "AIza" + r(35, 17)),
    make("private key", pem, pem.split("\n")[1]),
    make("card", card),
    make("card in groups", card.replace(/(\d{4})(?=\d)/g, "$1 ")),
    make("email", `${local}@mail.example.org`, local),
    make("encoded email", `${local.replace("+", "")}%40example.org`, local.replace("+", "")),
    make("IPv4", "from 203.0.113.77", "203.0.113.77"),
    make("IPv6", "2001:db8:85a3::8a2e:370:7334"),
    make("phone", "+49 151 2345 6789"),
    make("US phone", "(415) 555-0132"),
    make("SSN", "536-22-8145"),
    make("IBAN", "DE89 3704 0044 0532 0130 00"),
    make("connection string", `postgresql://app:${password}@db.example.org:5432/app`, password),
    make("URL credentials", `https://deploy:${password}@git.example.org/x.git`, password),
    make("bearer", `Bearer ${password}`, password),
    make("basic", `Basic ${btoa(`app:${password}`)}`, btoa(`app:${password}`).slice(0, 12)),
    make("password in text", `password=${password}`, password),
    make("quoted password", `"password": "${password}"`, password),
    make("escaped password", `{\\"password\\":\\"${password}\\"}`, password),
    make("header", `Authorization: Digest username="a", response="${password}"`, password),
    make("cookie header", `Cookie: theme=dark; sb-auth=${password}`, password),
    make("query", `https://example.org/cb?lang=en&access_token=${password}&x=1`, password),
    make("OAuth code", `https://example.org/cb?code=${password}`, password),
    make("ADO string", `Server=db;User Id=sa;Pwd=${password};Encrypt=true`, password),
    make("XML", `<password>${password}</password>`, password),
    make("flag", `deploy --token ${password} --force`, password),
    make("SQL", `ALTER ROLE app WITH PASSWORD '${password}'`, password),
    make("PHP array", `'api_key' => '${password}'`, password),
    make("code", `request.set("x-api-key", "${password}")`, password),
    make("env file", `STRIPE_WEBHOOK_SECRET=${password}`, password),
    make("Slack webhook", `https://hooks.slack.com/services/T0000/B0000/${password}`, password),
  ];
}
