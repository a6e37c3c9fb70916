import { ActionError } from "../../action-error.ts";
import { isLoopbackAddress, isPublicAddress, parseAddress } from "./address.ts";

/** The addresses of a name, or null when the runtime does not let us ask. Throws when there are none. */
export type Resolve = (name: string) => Promise<string[] | null>;

/** Which addresses may be called besides public https ones. */
export interface OutboundLimits {
  /** Exact origins that the operator trusts, e.g. `http://127.0.0.1:4000`: nothing about them is checked. */
  allowedOrigins?: readonly string[];
  /** True: any port of this machine, with http too. For development only. */
  allowLoopback?: boolean;
  /** Ports that may be called. */
  ports?: readonly number[];
  /** How names are looked up; null when the runtime cannot. */
  resolve?: Resolve | null;
}

const DEFAULT_PORTS: readonly number[] = [443, 8443];
const MAX_URL_LENGTH = 2_048;

// Names that mean a machine of the own network, whatever a resolver says about them.
const PRIVATE_SUFFIXES = [
  "localhost",
  "local",
  "localdomain",
  "internal",
  "intranet",
  "lan",
  "home",
  "home.arpa",
  "corp",
  "private",
  "test",
  "invalid",
  "example",
  "onion",
  "arpa",
  // Public names that exist to answer with any, also a private, address.
  "nip.io",
  "sslip.io",
  "xip.io",
  "localtest.me",
  "lvh.me",
  "vcap.me",
  "lacolhost.com",
  "rbndr.us",
  "1u.ms",
];

/**
 * Checks that a URL which a user configured leads to the public internet, and parses it.
 *
 * The URL parser of the platform turns every notation of an address (decimal, octal, full-width digits, ...) into the
 * usual one before it is judged. All addresses of a name are checked. A name could still change its answer between this
 * look-up and the connection; because only https is allowed, such a connection fails on the certificate, which
 * a service of the own network does not have for the attacker's name.
 *
 * @throws ActionError `blocked`; it names the host at most, since paths and queries of webhooks are secrets.
 */
export async function checkedUrl(text: string, limits: OutboundLimits): Promise<URL> {
  const url = parse(text);
  if (limits.allowedOrigins?.includes(url.origin)) return url;
  const address = parseAddress(url.hostname);
  const loopback = address ? isLoopbackAddress(address) : isLocalhost(url.hostname);
  if (limits.allowLoopback && loopback) return url;
  if (url.protocol !== "https:") throw blocked("only https is allowed", url);
  const port = url.port === "" ? 443 : Number(url.port);
  if (!(limits.ports ?? DEFAULT_PORTS).includes(port)) throw blocked(`port ${port} is not allowed`, url);
  if (address) {
    if (!isPublicAddress(address)) throw blocked("the address is not on the public internet", url);
    return url;
  }
  checkName(url);
  await checkAnswers(url, limits.resolve === undefined ? systemResolver() : limits.resolve);
  return url;
}

function parse(text: string): URL {
  if (text.length > MAX_URL_LENGTH) throw blocked(`the URL is longer than ${MAX_URL_LENGTH} characters`);
  // The parser drops these silently; a URL that holds them was not written by a person.
  // deno-lint-ignore no-control-regex -- control characters are what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(text)) {
    throw blocked("the URL holds spaces, control characters or backslashes");
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw blocked("it is not a URL");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw blocked("only https is allowed");
  if (url.username !== "" || url.password !== "") throw blocked("the URL carries credentials", url);
  return url;
}

function checkName(url: URL): void {
  const name = url.hostname.endsWith(".") ? url.hostname.slice(0, -1) : url.hostname;
  const labels = name.split(".");
  if (labels.length < 2) throw blocked("the name has no domain", url);
  if (!labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) {
    throw blocked("the name is not a host name", url);
  }
  if (PRIVATE_SUFFIXES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))) {
    throw blocked("the name belongs to a private network", url);
  }
}

async function checkAnswers(url: URL, resolve: Resolve | null): Promise<void> {
  if (!resolve) return;
  let answers: string[] | null;
  try {
    answers = await resolve(url.hostname);
  } catch {
    throw new ActionError(
      "unreachable",
      `The name ${url.hostname} could not be resolved. Check its spelling.`,
    );
  }
  if (answers === null) return;
  if (answers.length === 0) {
    throw new ActionError("unreachable", `The name ${url.hostname} has no address. Check its spelling.`);
  }
  for (const answer of answers) {
    const address = parseAddress(answer);
    // One bad answer is enough: which of them the connection uses is not ours to choose.
    if (!address || !isPublicAddress(address)) throw blocked("the name leads into a private network", url);
  }
}

function isLocalhost(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost");
}

function blocked(reason: string, url?: URL): ActionError {
  const where = url ? ` ${url.hostname}` : "";
  return new ActionError(
    "blocked",
    `The address${where} may not be called: ${reason}. Use a public https URL.`,
  );
}

const RESOLVE_TIMEOUT_MS = 3_000;
// What runtimes throw where the function exists but may not be used.
const NOT_ALLOWED = new Set(["NotCapable", "PermissionDenied", "NotSupported"]);

/** Deno's resolver where the runtime offers it: hosted edge functions may not. */
export function systemResolver(): Resolve | null {
  const lookUp = (globalThis as { Deno?: { resolveDns?: typeof Deno.resolveDns } }).Deno?.resolveDns;
  if (!lookUp) return null;
  return async (name) => {
    const signal = AbortSignal.timeout(RESOLVE_TIMEOUT_MS);
    const settled = await Promise.allSettled([
      lookUp(name, "A", { signal }),
      lookUp(name, "AAAA", { signal }),
    ]);
    const answers = settled.flatMap((one) => one.status === "fulfilled" ? one.value : []);
    if (answers.length > 0) return answers;
    const reasons = settled.flatMap((one) => one.status === "rejected" ? [one.reason as unknown] : []);
    if (reasons.some((reason) => reason instanceof Error && NOT_ALLOWED.has(reason.name))) return null;
    throw reasons[0] ?? new Error("no address");
  };
}
