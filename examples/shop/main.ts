/** Runs the shop as a process of its own: `deno run -A examples/shop/main.ts`, with the variables below. */
import * as Sentry from "@sentry/deno";
import { followConfiguration } from "./configuration.ts";
import { loyaltyReceipt } from "./loyalty.ts";
import { memoryStore } from "./memory-store.ts";
import { postgresStore } from "./postgres-store.ts";
import { createShop } from "./shop.ts";
import { endWithParent } from "./with-parent.ts";

const variable = (name: string): string => {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`The shop needs the variable ${name}; see examples/shop/README.md`);
  return value;
};

/** Which release this is. Release 1.1 brought loyalty points. */
const release = Deno.env.get("SHOP_RELEASE") ?? "shop@1.0.0";

const flags = Sentry.featureFlagsIntegration();
Sentry.init({
  dsn: variable("SENTRY_DSN"),
  release,
  environment: "production",
  tracesSampleRate: 1,
  integrations: (defaults) => [
    // On a server, an error that equals the one before happened to somebody else: it counts.
    ...defaults.filter(({ name }) => name !== "Dedupe"),
    flags,
  ],
});

const configuration = await followConfiguration({
  url: variable("CONFIGURATION_URL"),
  key: variable("CONFIGURATION_KEY"),
});
const databaseUrl = Deno.env.get("SHOP_DATABASE_URL");
const settings = () => configuration.settings;
const shop = createShop({
  settings,
  store: databaseUrl
    ? postgresStore({
      url: databaseUrl,
      schema: variable("SHOP_SCHEMA"),
      application: variable("SHOP_APPLICATION"),
    })
    : memoryStore({ catalogue: Number(Deno.env.get("SHOP_CATALOGUE_MS") ?? 60), stock: 15, lookup: 20 }),
  report: (error, extra) => Sentry.captureException(error, { extra }),
  onFlag: (name, value) => flags.addFeatureFlag(name, value),
  ...(release.startsWith("shop@1.1.") && { receipt: loyaltyReceipt }),
});
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.env.get("SHOP_PORT") ?? 0),
  // The parent reads the address from the first line.
  onListen: ({ hostname, port }) => console.log(JSON.stringify({ url: `http://${hostname}:${port}` })),
}, (request: Request) => shop.fetch(request));

await endWithParent();
await server.shutdown();
await shop.stop();
await configuration.stop();
await Sentry.close(1000);
