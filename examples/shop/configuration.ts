import { readSettings, type Settings, type Values } from "./settings.ts";

/** Often enough that a reverted value is in force within half a second; an unchanged answer is an empty 304. */
const POLL_MS = 500;
const TIMEOUT_MS = 5_000;

export interface ConfigurationOptions {
  /** `<functions>/configuration/<project>` */
  url: string;
  /** A key of the project for this purpose: `pk_...`. */
  key: string;
  pollMs?: number;
  onChange?: (settings: Settings) => void;
}

export interface LiveConfiguration {
  readonly settings: Settings;
  stop(): Promise<void>;
}

/**
 * Follows Prunella's configuration by polling with an ETag. When it cannot be read the last values stay in force: an
 * application must not go down with its configuration service.
 */
export async function followConfiguration(options: ConfigurationOptions): Promise<LiveConfiguration> {
  let settings = readSettings({});
  let etag: string | null = null;
  const ended = new AbortController();

  const read = async () => {
    const response = await fetch(options.url, {
      headers: { authorization: `Bearer ${options.key}`, ...(etag && { "if-none-match": etag }) },
      signal: AbortSignal.any([ended.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status === 304) return;
    if (!response.ok) {
      const body = await response.text();
      throw new Error(`The configuration cannot be read (${response.status}): ${body.slice(0, 200)}`);
    }
    etag = response.headers.get("etag");
    const { values } = await response.json() as { values: Values };
    settings = readSettings(values);
    options.onChange?.(settings);
  };
  // Without any configuration the shop does not know its payment service, so it does not start.
  await read();

  const following = (async () => {
    while (!ended.signal.aborted) {
      await pause(options.pollMs ?? POLL_MS, ended.signal);
      if (!ended.signal.aborted) await read().catch(() => {});
    }
  })();
  return {
    get settings() {
      return settings;
    },
    async stop() {
      ended.abort();
      await following;
    },
  };
}

/** Resolves after so many milliseconds, or at once when the signal comes. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
