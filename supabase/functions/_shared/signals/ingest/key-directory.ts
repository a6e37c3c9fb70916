import { z } from "zod";
import { type GroupingSettings, settingsAnswerSchema, SettingsCache } from "../grouping/settings.ts";
import { createScrubber, type Scrubber } from "../scrub/scrubber.ts";
import { type DatabaseAccess, keyHeaders } from "./store.ts";

/** What ingest knows of a project through one of its keys. */
export interface IngestKey {
  publicKey: string;
  projectId: number;
  eventsPerMinute: number | null;
  scrubber: Scrubber;
  /** Rules of the project, and what merges and splits taught. */
  grouping: GroupingSettings;
}

/** Settings of a project, in `system_config`, that ingest follows. */
export const SETTINGS = {
  secretKeys: "ingest.secret_keys",
  allowedKeys: "ingest.allowed_keys",
} as const;

/** A revoked key, or a changed setting, takes effect within this time. */
const FRESH_MS = 10_000;
/** While the database does not answer, what is known stays in use for so long: errors matter most when it is down. */
const STALE_MS = 10 * 60_000;
const MAX_KEYS = 5_000;
/** Keys asked for in one query. */
const MAX_ASKED = 100;
const LOOKUP_TIMEOUT_MS = 5_000;

interface Entry {
  key: IngestKey | null;
  at: number;
}

export interface KeySource {
  /** The keys that exist and are not revoked, of those asked for. */
  load(publicKeys: string[]): Promise<IngestKey[]>;
}

/**
 * Keeps keys for some seconds, and asks for all unknown ones in one query at a time: a flood of made-up keys costs the
 * database one small query after another and never more.
 */
export class KeyDirectory {
  readonly #entries = new Map<string, Entry>();
  /** Asked for and not answered yet; the first of them may be in a query already. */
  readonly #asked = new Map<string, PromiseWithResolvers<IngestKey | null>>();
  #asking = false;

  constructor(readonly source: KeySource, readonly now: () => number = () => performance.now()) {}

  /** The key, or null when there is none or it was revoked. */
  async find(publicKey: string): Promise<IngestKey | null> {
    const known = this.#entries.get(publicKey);
    const age = known ? this.now() - known.at : Infinity;
    if (known && age < FRESH_MS) return known.key;
    try {
      return await this.#ask(publicKey);
    } catch (error) {
      if (known && age < STALE_MS) return known.key;
      throw error;
    }
  }

  #ask(publicKey: string): Promise<IngestKey | null> {
    let asked = this.#asked.get(publicKey);
    if (!asked) {
      asked = Promise.withResolvers<IngestKey | null>();
      this.#asked.set(publicKey, asked);
      void this.#work();
    }
    return asked.promise;
  }

  async #work(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    while (this.#asked.size > 0) {
      const batch = [...this.#asked].slice(0, MAX_ASKED);
      try {
        const found = new Map(
          (await this.source.load(batch.map(([publicKey]) => publicKey))).map((key) => [key.publicKey, key]),
        );
        for (const [publicKey, asked] of batch) {
          const key = found.get(publicKey) ?? null;
          this.#remember(publicKey, key);
          asked.resolve(key);
        }
      } catch (error) {
        for (const [, asked] of batch) asked.reject(error);
      }
      for (const [publicKey] of batch) this.#asked.delete(publicKey);
    }
    this.#asking = false;
  }

  #remember(publicKey: string, key: IngestKey | null): void {
    this.#entries.delete(publicKey);
    this.#entries.set(publicKey, { key, at: this.now() });
    if (this.#entries.size > MAX_KEYS) this.#entries.delete(this.#entries.keys().next().value!);
  }
}

const keyRows = z.array(z.object({
  public_key: z.string(),
  project_id: z.number(),
  events_per_minute: z.number().nullable(),
}));
const settingRows = z.array(
  z.object({ project_id: z.number().nullable(), key: z.string(), value: z.unknown() }),
);
const words = z.array(z.string().max(200)).max(200).catch([]);

/** Reads keys and settings over PostgREST. Keys are 32 hex digits in the database: others are not even asked for. */
export function databaseKeys(access: () => DatabaseAccess, fetcher: typeof fetch = fetch): KeySource {
  async function select(path: string, body?: unknown): Promise<unknown> {
    const { url, secretKey } = access();
    const response = await fetcher(`${url}/rest/v1/${path}`, {
      headers: {
        ...keyHeaders(secretKey),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LOOKUP_TIMEOUT_MS),
    });
    if (!response.ok) {
      throw new Error(`${path.split("?")[0]}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    }
    return await response.json();
  }
  const groupings = new SettingsCache(async (p_known) =>
    settingsAnswerSchema.parse(await select("rpc/grouping_settings", { p_known }))
  );
  return {
    async load(publicKeys) {
      const asked = publicKeys.filter((key) => /^[0-9a-f]{32}$/.test(key));
      if (asked.length === 0) return [];
      const keys = keyRows.parse(
        await select(
          `ingest_keys?select=public_key,project_id,events_per_minute&revoked_at=is.null&public_key=in.(${
            asked.join(",")
          })`,
        ),
      );
      if (keys.length === 0) return [];
      const projects = [...new Set(keys.map((key) => key.project_id))];
      const [settings, grouping] = await Promise.all([
        select(
          `current_config?select=project_id,key,value&key=in.(${Object.values(SETTINGS).join(",")})` +
            `&or=(project_id.is.null,project_id.in.(${projects.join(",")}))`,
        ).then((rows) => settingRows.parse(rows)),
        groupings.load(projects),
      ]);
      const byProject = new Map(projects.map((project) => [project, scrubberOf(project, settings)]));
      return keys.map((key) => ({
        publicKey: key.public_key,
        projectId: key.project_id,
        eventsPerMinute: key.events_per_minute,
        scrubber: byProject.get(key.project_id)!,
        grouping: grouping.get(key.project_id)!,
      }));
    },
  };
}

/** The project's own value of each setting, else the installation's. */
function scrubberOf(project: number, settings: z.infer<typeof settingRows>): Scrubber {
  const value = (key: string) =>
    (settings.find((row) => row.key === key && row.project_id === project && row.value !== null) ??
      settings.find((row) => row.key === key && row.project_id === null))?.value ?? [];
  return createScrubber({
    secretKeys: words.parse(value(SETTINGS.secretKeys)),
    allowedKeys: words.parse(value(SETTINGS.allowedKeys)),
  });
}
