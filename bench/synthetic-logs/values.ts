import type { Random } from "./random.ts";

/** Prints another value of one variable each time. */
export type Sampler = (random: Random) => string;

const list = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

const USERS = list(
  `root admin deploy alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy
  rupert sybil trent victor wendy xavier yolanda zoe backup postgres git jenkins guest nobody oracle hadoop ubuntu
  test svc_report anna.k j.doe m_ito lee`,
);
const NOUNS = list(
  `orders invoices carts users sessions payments refunds products catalog inventory shipping emails
  audits metrics alerts exports imports thumbnails avatars reports tickets comments likes followers tags regions
  vouchers prices quotas tokens webhooks search suggestions feeds archives`,
);
const SERVICES = list(`api-gateway auth-service billing user-profile mail-relay search-indexer image-resizer
  checkout-web pricing ledger notification-worker rate-limiter cron-runner session-store geo-ip report-builder
  media-cdn feature-flags audit-log data-export`);
const CLASSES = list(`OrderService UserRepository CartController PaymentGateway SessionManager EmailSender
  InventoryCache RetryPolicy ThumbnailWorker ShardAllocator LeaderElector BlockScanner TaskScheduler MainActivity
  WindowManager SyncAdapter HttpConnector PoolCleaner IndexWriter MetricsSink`);
const PACKAGES = list(
  "com.example.shop org.acme.core io.initech.net com.example.android.mail net.globex.store org.acme.web",
);
const EXCEPTIONS = list(`java.io.IOException java.net.SocketTimeoutException java.lang.NullPointerException
  java.lang.IllegalStateException org.acme.core.QuotaExceededException java.util.concurrent.TimeoutException
  ValueError KeyError ConnectionResetError TypeError RangeError`);
const REASONS = [
  "Connection refused",
  "Connection reset by peer",
  "No such file or directory",
  "Permission denied",
  "Broken pipe",
  "Operation timed out",
  "No route to host",
  "Device or resource busy",
  "Too many open files",
  "Input/output error",
  "Cannot allocate memory",
  "No space left on device",
  "Resource temporarily unavailable",
  "Invalid argument",
  "Address already in use",
];
const FOLDERS = list("var usr home opt srv data lib log cache tmp etc spool backup app static media");
const EXTENSIONS = list("log conf json txt dat so png jpg tar.gz yaml sql py js xml");
const METHODS = list("GET POST PUT DELETE PATCH HEAD OPTIONS");
const LEVELS = list("debug info warning error critical");
const MONTHS = list("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
const DAYS = list("Mon Tue Wed Thu Fri Sat Sun");
const STATES: string[][] = [
  list("IDLE RUNNING STOPPED"),
  list("pending active failed succeeded"),
  list("NEW LOCALIZING RUNNING KILLING DONE EXITED"),
  list("open closed half-open"),
  list("STARTING STARTED STOPPING TERMINATED"),
  list("healthy unhealthy unknown degraded draining"),
  list("LEADING FOLLOWING LOOKING OBSERVING"),
  list("up down"),
  list("CONNECTED CONNECTING DISCONNECTED SUSPENDED"),
];

const two = (value: number) => String(value).padStart(2, "0");
const digits = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.int(0, 9)).join("");
const hex = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.int(0, 15).toString(16)).join("");
const capitalised = (word: string) => word[0]!.toUpperCase() + word.slice(1);
const ip = (random: Random) => `10.${random.int(0, 3)}.${random.int(0, 255)}.${random.int(1, 254)}`;
const host = (random: Random) =>
  `${random.pick(["web", "db", "cache", "node", "worker"])}-${random.int(1, 60)}`;
const domain = (random: Random) =>
  `${host(random)}.${random.pick(["example.com", "corp.example.net", "acme.org"])}`;
const clock = (random: Random) =>
  `${two(random.int(0, 23))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}`;
const folder = (random: Random) =>
  Array.from({ length: random.int(1, 4) }, () => `/${random.pick(FOLDERS)}`).join("");
const fileName = (random: Random) =>
  `${random.pick(NOUNS)}${random.next() < 0.5 ? random.int(1, 900) : ""}.${random.pick(EXTENSIONS)}`;
const path = (random: Random) => `${folder(random)}/${fileName(random)}`;
const url = (random: Random) =>
  `http${random.next() < 0.7 ? "s" : ""}://${domain(random)}/${random.pick(NOUNS)}` +
  (random.next() < 0.5 ? `/${random.int(1, 9_999)}` : "") +
  (random.next() < 0.3 ? `?page=${random.int(1, 9)}` : "");

/** Some of a list, always the same ones for one variable: a statement of a program sees its own part of the world. */
function some(random: Random, items: readonly string[], from: number, to: number): Sampler {
  const chosen = random.shuffle([...items]).slice(0, random.int(from, to));
  return (r) => r.zipf(chosen);
}

const DATE_FORMS: ((random: Random) => string)[] = [
  (r) => `2024-${two(r.int(1, 12))}-${two(r.int(1, 28))}T${clock(r)}Z`,
  (r) => `2024-${two(r.int(1, 12))}-${two(r.int(1, 28))} ${clock(r)},${digits(r, 3)}`,
  (r) => `${r.pick(DAYS)} ${r.pick(MONTHS)} ${r.int(1, 28)} ${clock(r)} 2024`,
  (r) => `${r.pick(DAYS)}, ${two(r.int(1, 28))} ${r.pick(MONTHS)} 2024 ${clock(r)} GMT`,
  (r) => `${two(r.int(1, 28))}/${r.pick(MONTHS)}/2024:${clock(r)} +0000`,
  (r) => `${r.pick(MONTHS)} ${r.int(1, 28)} ${clock(r)}`,
  (r) =>
    `${r.int(1, 12)}/${r.int(1, 28)}/2024 ${r.int(1, 12)}:${two(r.int(0, 59))}:${two(r.int(0, 59))} ${
      r.pick(["AM", "PM"])
    }`,
  (r) => `2024${two(r.int(1, 12))}${two(r.int(1, 28))}`,
];

const DURATION_FORMS: ((random: Random) => string)[] = [
  (r) => `${r.int(1, 5_000)}ms`,
  (r) => `${r.int(1, 5_000)} ms`,
  (r) => `${(r.next() * 9).toFixed(3)}s`,
  (r) =>
    r.pick([
      `${r.int(1, 59)}s`,
      `${r.int(1, 9)}m${r.int(1, 59)}s`,
      `${r.int(1, 999)}ms`,
      `${r.int(1, 999)}.${r.int(1, 9)}µs`,
    ]),
  (r) => `${two(r.int(0, 2))}:${two(r.int(0, 59))}:${two(r.int(0, 59))}`,
  (r) => `${r.int(2, 90)} seconds`,
];

const SIZE_FORMS: ((random: Random) => string)[] = [
  (r) => `${r.int(1, 900)}.${r.int(0, 9)} ${r.pick(["KB", "MB", "GB"])}`,
  (r) => `${r.int(1, 900)}${r.pick(["K", "M", "G"])}`,
  (r) => `${r.int(100, 9_999_999)}`,
  (r) => `${r.int(1, 900)}.${r.int(0, 9)}${r.pick(["KiB", "MiB"])}`,
  (r) => `${r.int(100, 99_999)} bytes`,
];

/**
 * Kinds of variables. Each takes randomness for what is settled once for a variable (its format, its few words) and
 * returns the sampler of its values.
 */
export const KINDS: Readonly<Record<string, (random: Random) => Sampler>> = {
  int: () => (r) => String(r.int(0, 10 ** r.int(1, 6))),
  small: () => (r) => String(r.int(0, 5)),
  signed: () => (r) => String(r.int(-200, 200)),
  float: () => (r) => (r.next() * 100).toFixed(r.int(1, 4)),
  pct: () => (r) => `${r.int(0, 100)}%`,
  addr: () => (r) => `0x${hex(r, 16)}`,
  hex: () => (r) => `0x${hex(r, r.int(2, 8))}`,
  id: () => (r) => hex(r, 12),
  sha: () => (r) => hex(r, 40),
  uuid: () => (r) => `${hex(r, 8)}-${hex(r, 4)}-4${hex(r, 3)}-a${hex(r, 3)}-${hex(r, 12)}`,
  token: () => (r) =>
    `${r.pick(["req", "tx", "usr"])}_${hex(r, 4)}${capitalised(r.pick(NOUNS)).slice(0, 3)}${digits(r, 6)}`,
  ip: () => ip,
  ip6: () => (r) => `fe80::${hex(r, 4)}:${hex(r, 4)}:${hex(r, 4)}:${hex(r, 4)}`,
  ipport: () => (r) => `${ip(r)}:${r.int(1024, 65_535)}`,
  slaship: () => (r) => `/${ip(r)}:${r.int(1024, 65_535)}`,
  port: () => (r) => String(r.int(1024, 65_535)),
  mac: () => (r) => Array.from({ length: 6 }, () => hex(r, 2)).join(":"),
  host: () => host,
  domain: () => domain,
  hostport: () => (r) => `${domain(r)}:${r.int(80, 9_999)}`,
  url: () => url,
  route: () => (r) =>
    `/${r.pick(["api", "v1", "v2"])}/${r.pick(NOUNS)}${r.next() < 0.6 ? `/${r.int(1, 9_999)}` : ""}`,
  path: () => path,
  dir: () => folder,
  file: () => fileName,
  winpath: () => (r) =>
    `C:\\${r.pick(["Windows", "Program Files", "Users"])}\\${r.pick(CLASSES)}\\${r.pick(NOUNS)}.dll`,
  user: (random) => some(random, USERS, 6, USERS.length),
  fewusers: (random) => some(random, USERS, 2, 3),
  noun: (random) => some(random, NOUNS, 8, NOUNS.length),
  fewnouns: (random) => some(random, NOUNS, 2, 4),
  service: (random) => some(random, SERVICES, 5, SERVICES.length),
  class: (random) => some(random, CLASSES, 6, CLASSES.length),
  fqcn: () => (r) => `${r.pick(PACKAGES)}.${r.pick(CLASSES)}`,
  component: () => (r) => {
    const name = r.pick(PACKAGES);
    return `${name}/${r.next() < 0.5 ? "" : name}.${r.pick(CLASSES)}`;
  },
  object: () => (r) => `${r.pick(PACKAGES)}.${r.pick(CLASSES)}@${hex(r, 7)}`,
  thread: () => (r) =>
    r.pick([`pool-${r.int(1, 9)}-thread-${r.int(1, 40)}`, `http-nio-8080-exec-${r.int(1, 40)}`, "main"]),
  state: (random) => {
    const states = random.pick(STATES);
    return (r) => r.pick(states);
  },
  level: () => (r) => r.pick(LEVELS),
  method: () => (r) => r.zipf(METHODS),
  flag: () => (r) => r.pick(["true", "false"]),
  onoff: () => (r) => r.pick(["on", "off"]),
  status: () => (r) => r.zipf(["200", "404", "500", "201", "302", "403", "503"]),
  version: () => (r) =>
    `${r.pick(["", "v"])}${r.int(0, 9)}.${r.int(0, 20)}.${r.int(0, 40)}${r.next() < 0.2 ? "-rc1" : ""}`,
  date: (random) => random.pick(DATE_FORMS),
  clock: () => clock,
  epoch: () => (r) => String(1_700_000_000_000 + r.int(0, 10 ** 9)),
  duration: (random) => random.pick(DURATION_FORMS),
  size: (random) => random.pick(SIZE_FORMS),
  email: () => (r) => `${r.pick(USERS)}@${r.pick(["example.com", "acme.org", "mail.example.net"])}`,
  reason: (random) => {
    const chosen = random.shuffle([...REASONS]).slice(0, random.int(3, REASONS.length));
    return (r) => r.zipf(chosen);
  },
  exception: () => (r) => `${r.pick(EXCEPTIONS)}: ${r.pick(REASONS)}`,
  exname: () => (r) => r.pick(EXCEPTIONS),
  json: () => (r) =>
    `{"id":${r.int(1, 9_999)},"kind":"${r.pick(NOUNS)}","ok":${r.pick(["true", "false"])}${
      r.next() < 0.5 ? `,"note":"${r.pick(REASONS)}"` : ""
    }}`,
  sql: () => (r) => `SELECT id, name FROM ${r.pick(NOUNS)} WHERE id = ${r.int(1, 9_999)}`,
  title: () => (r) => Array.from({ length: r.int(1, 5) }, () => capitalised(r.pick(NOUNS))).join(" "),
  ints: () => (r) => Array.from({ length: r.int(1, 6) }, () => r.int(1, 900)).join(", "),
  nouns: () => (r) => Array.from({ length: r.int(1, 4) }, () => r.pick(NOUNS)).join(", "),
  ips: () => (r) => Array.from({ length: r.int(1, 4) }, () => ip(r)).join(","),
  pairs: () => (r) =>
    r.shuffle(["id", "size", "rev"]).slice(0, r.int(1, 3)).map((key) => `${key}=${r.int(1, 999)}`).join(" "),
  maybe: () => (r) => r.next() < 0.4 ? "" : r.pick(USERS),
  maybeint: () => (r) => r.next() < 0.3 ? "null" : String(r.int(1, 9_999)),
  block: () => (r) => `blk_${r.next() < 0.3 ? "-" : ""}${digits(r, 18)}`,
  attempt: () => (r) =>
    `attempt_17000000${digits(r, 2)}_${digits(r, 4)}_${r.pick(["m", "r"])}_${digits(r, 6)}_${r.int(0, 3)}`,
  glued: (random) => {
    const stem = random.pick(["task", "job", "vol", "eth", "shard", "cpu", "slot"]);
    return (r) => `${stem}${r.int(0, 99)}`;
  },
  dashed: (random) => {
    const stem = random.pick(["disk", "node", "rack", "worker", "partition"]);
    return (r) => `${stem}-${r.int(0, 99)}`;
  },
  device: () => (r) =>
    r.pick([`sd${r.pick(list("a b c d"))}${r.int(1, 4)}`, `nvme0n1p${r.int(1, 4)}`, `dm-${r.int(0, 9)}`]),
  pci: () => (r) => `0000:${hex(r, 2)}:${hex(r, 2)}.${r.int(0, 7)}`,
  lsn: () => (r) => `${r.int(0, 9)}/${hex(r, 8).toUpperCase()}`,
  guid: () => (r) => `{${hex(r, 8)}-${hex(r, 4)}-${hex(r, 4)}-${hex(r, 4)}-${hex(r, 12)}}`.toUpperCase(),
  sid: () => (r) => `S-1-5-21-${digits(r, 9)}-${digits(r, 9)}-${digits(r, 4)}`,
  kb: () => (r) => `Package_for_KB${digits(r, 7)}~31bf3856ad364e35~amd64~~6.1.${r.int(1, 9)}.${r.int(0, 99)}`,
  agent: () => (r) =>
    r.pick([
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
      `curl/7.${r.int(10, 88)}.0`,
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
      "Go-http-client/1.1",
    ]),
};
