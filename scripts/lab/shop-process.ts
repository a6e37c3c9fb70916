import type { LoadOptions, LoadReport } from "../../examples/shop/load.ts";
import { type Child, startChild } from "./child.ts";

export interface ShopProcessOptions {
  dsn: string;
  configurationUrl: string;
  configurationKey: string;
  release?: string;
  /** What the catalogue's query takes where there is no database, in milliseconds. */
  catalogueMs?: number;
  database?: { url: string; schema: string; application: string };
}

export interface ShopProcess {
  url: string;
  stop(): Promise<void>;
}

/** Starts the shop and waits until it listens. */
export async function startShopProcess(options: ShopProcessOptions): Promise<ShopProcess> {
  const { database } = options;
  const child = startChild({
    program: "examples/shop/main.ts",
    env: {
      SENTRY_DSN: options.dsn,
      CONFIGURATION_URL: options.configurationUrl,
      CONFIGURATION_KEY: options.configurationKey,
      ...(options.release && { SHOP_RELEASE: options.release }),
      ...(options.catalogueMs !== undefined && { SHOP_CATALOGUE_MS: String(options.catalogueMs) }),
      ...(database && {
        SHOP_DATABASE_URL: database.url,
        SHOP_SCHEMA: database.schema,
        SHOP_APPLICATION: database.application,
      }),
    },
  });
  try {
    const { url } = JSON.parse(await child.nextLine() ?? "null") as { url: string };
    return { url, stop: child.stop };
  } catch (cause) {
    await child.stop();
    throw new Error("The shop did not start", { cause });
  }
}

/** Starts customers of the shop. */
export function startLoadProcess(
  options: Pick<LoadOptions, "url"> & Partial<Pick<LoadOptions, "perSecond" | "seed" | "retries" | "mix">>,
  report: (report: LoadReport) => void,
): Child {
  return startChild({
    program: "examples/shop/load.ts",
    args: [JSON.stringify(options)],
    onLine: (line) => report(JSON.parse(line) as LoadReport),
  });
}
