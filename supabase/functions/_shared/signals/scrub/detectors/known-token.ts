import { type Detector, FILTERED, type Span, spansOf, TRAITS } from "../detector.ts";

/**
 * Keys that say by their prefix who issued them. Open at the end, so that a key that was cut off is found as well.
 * Each alternative starts with a literal and has one character class behind it: no way to backtrack.
 */
const PREFIXED = [
  String.raw`eyJ[\w-]{8,}(?:\.[\w-]*){0,4}`, // JSON web tokens, and with them Supabase's legacy anon and service keys
  String.raw`sb_(?:secret|publishable)_[\w-]{8,}`, // Supabase API keys
  String.raw`sbp_\w{16,}`, // Supabase access tokens
  String.raw`(?:sk|rk|pk)_(?:live|test)_\w{8,}`, // Stripe
  String.raw`pk_[0-9a-f]{16,}`, // Prunella's own API keys, 64 hex digits when whole
  String.raw`whsec_[\w+/=-]{8,}`, // Stripe and Standard Webhooks
  String.raw`sk-[\w-]{16,}`, // OpenAI, Anthropic, OpenRouter
  String.raw`(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{12,}`, // AWS access key ids
  String.raw`gh[oprsu]_\w{16,}`, // GitHub
  String.raw`github_pat_\w{16,}`,
  String.raw`gl(?:pat|ptt|dt|rt|cbt|agent)-[\w-]{16,}`, // GitLab
  String.raw`xox[abceoprs](?:\.xox[bp])?-[\w-]{8,}`, // Slack
  String.raw`xapp-[\w-]{8,}`,
  String.raw`AIza[\w-]{30,}`, // Google
  String.raw`ya29\.[\w-]{16,}`,
  String.raw`GOCSPX-[\w-]{16,}`,
  String.raw`SG\.[\w-]{16,}(?:\.[\w-]*)?`, // SendGrid
  String.raw`(?:SK|AC)[0-9a-f]{32}`, // Twilio
  String.raw`npm_\w{30,}`,
  String.raw`pypi-[\w-]{16,}`,
  String.raw`dop_v1_[0-9a-f]{16,}`, // DigitalOcean
  String.raw`shp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,}`, // Shopify
  String.raw`hf_\w{16,}`, // Hugging Face
  String.raw`gsk_\w{16,}`, // Groq
  String.raw`lin_api_\w{16,}`, // Linear
  String.raw`ntn_\w{16,}`, // Notion
  String.raw`sntry[su]_[\w+/=-]{16,}`, // Sentry
  String.raw`vc[pkiar]_\w{16,}`, // Vercel
  String.raw`re_\w{8,}_\w{8,}`, // Resend
  String.raw`dapi[0-9a-f]{32}`, // Databricks
  String.raw`key-[0-9a-f]{32}`, // Mailgun
  String.raw`AGE-SECRET-KEY-1[A-Z0-9]{16,}`,
];
const TOKEN = new RegExp(PREFIXED.join("|"), "y");
/**
 * How the alternatives above begin. Searched first, because an engine finds one of a few literals much faster than one
 * of thirty patterns.
 */
const BEGINNING =
  /eyJ|sb_|sbp_|[srp]k_(?:live|test)|pk_[0-9a-f]|whsec|sk-|A(?:KI|SI|RO|ID|GP|NP|BI|CC)A|gh[oprsu]_|github_pat|gl(?:pat|ptt|dt|rt|cbt|agent)-|xox|xapp-|AIza|ya29|GOCSPX|SG\.|SK[0-9a-f]|AC[0-9a-f]|npm_|pypi-|dop_v1|shp(?:at|ca|pa|ss)_|hf_|gsk_|lin_api|ntn_|sntry|vc[pkiar]_|re_|dapi|key-|AGE-/g;
/** Beginnings that occur inside words (`task-`, `more_`): only at the start of a word do they mean a key. */
const SHORT = /^(?:sk-|re_|hf_|key-|SG|SK|AC|vc|npm_|gl|dapi|ntn_|gsk_)/;
/** Telegram's bots: their number, a colon, the key. */
const TELEGRAM = /(?<=(?<!\d)\d{8,12}):AA[\w-]{30,}/g;
/** Addresses of webhooks are secrets: whoever knows one can post. */
const WEBHOOK =
  /((?:hooks\.slack\.com\/(?:services|workflows)|discord(?:app)?\.com\/api\/webhooks|webhook\.office\.com\/webhookb2)\/)[\w\/@-]{8,}/g;

export const knownToken: Detector = {
  name: "known token",
  needs: TRAITS.longRun | TRAITS.url,
  find(text) {
    const found: Span[] = [];
    BEGINNING.lastIndex = 0;
    for (let begin = BEGINNING.exec(text); begin; begin = BEGINNING.exec(text)) {
      if (begin.index > 0 && isLetter(text.charCodeAt(begin.index - 1)) && SHORT.test(begin[0])) continue;
      TOKEN.lastIndex = begin.index;
      if (!TOKEN.test(text)) continue;
      BEGINNING.lastIndex = TOKEN.lastIndex;
      found.push({ start: begin.index, end: TOKEN.lastIndex, marker: FILTERED });
    }
    return found.concat(
      text.includes(":AA") ? spansOf(text, TELEGRAM, FILTERED, undefined, () => 1) : [],
      spansOf(text, WEBHOOK, FILTERED, undefined, ([, address]) => address!.length),
    );
  },
};

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
