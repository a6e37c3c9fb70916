import { type FakeServer, json, serveFake } from "./server.ts";

interface Deployed {
  id: string;
  slug: string;
  name: string;
  version: number;
  verify_jwt: boolean;
  entrypoint_path: string;
  import_map_path: string | null;
  created_at: number;
  updated_at: number;
  ezbr_sha256: string;
  files: File[];
}

export interface FakeSupabase extends FakeServer {
  /** Deploys from outside, as a developer with the CLI would. */
  deploy(slug: string, source: string): Promise<void>;
  /** Deletes a function; its logs stay. */
  remove(slug: string): void;
  /** Requests of what is deployed now, of which so many were answered with 500, as the gateway would have logged them. */
  visited(slug: string, requests: number, failures: number, method?: string): void;
}

interface LoggedRequests {
  at: number;
  functionId: string;
  version: number;
  method: string;
  requests: number;
  failures: number;
}

/** Requests a minute that the logs answer. */
const LOG_QUERIES_LIMIT = 10;
const DAY_MS = 86_400_000;

/**
 * The Management API's edge functions of one project, after https://supabase.com/docs/reference/api: every deployment is a new
 * version, and no older one is kept. What runs can be called at `/functions/v1/<slug>`: it answers with its entrypoint's source, and with
 * status 500 where that says so. The logs answer what is asked of them here, in the form of ClickHouse, whose SQL they cannot run.
 */
export function fakeSupabase(
  options: { token: string; ref: string; now?: () => number },
): FakeSupabase {
  const functions = new Map<string, Deployed>();
  const logs: LoggedRequests[] = [];
  const queries: number[] = [];
  const now = options.now ?? Date.now;
  function log(found: Deployed, requests: number, failures: number, method: string): void {
    logs.push({ at: now(), functionId: found.id, version: found.version, method, requests, failures });
  }
  const base = `/v1/projects/${options.ref}/functions`;
  /** Where the platform keeps a version: its name is in every path that it tells. */
  const kept = ({ id, version }: Deployed, path: string) =>
    `file:///tmp/user_fn_${options.ref}_${id}_${version}/source/${path}`;
  const shape = ({ files: _, ...rest }: Deployed) => ({
    ...rest,
    status: "ACTIVE",
    entrypoint_path: kept({ files: _, ...rest }, rest.entrypoint_path),
    import_map_path: rest.import_map_path && kept({ files: _, ...rest }, rest.import_map_path),
  });

  async function put(slug: string, metadata: Record<string, unknown>, files: File[]): Promise<Deployed> {
    const text = JSON.stringify([
      metadata,
      await Promise.all(files.map(async (file) => [file.name, await file.text()])),
    ]);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    const version = (functions.get(slug)?.version ?? 0) + 1;
    const deployed: Deployed = {
      id: functions.get(slug)?.id ?? crypto.randomUUID(),
      slug,
      name: String(metadata.name ?? slug),
      version,
      verify_jwt: metadata.verify_jwt !== false,
      entrypoint_path: String(metadata.entrypoint_path),
      import_map_path: typeof metadata.import_map_path === "string" ? metadata.import_map_path : null,
      created_at: functions.get(slug)?.created_at ?? now(),
      updated_at: now(),
      ezbr_sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      files,
    };
    functions.set(slug, deployed);
    return deployed;
  }

  function answerLogs(query: URLSearchParams): Response {
    const sql = query.get("sql") ?? "";
    const [from, until] = ["iso_timestamp_start", "iso_timestamp_end"].map((name) =>
      Date.parse(query.get(name) ?? "")
    );
    queries.push(now());
    if (queries.filter((at) => at > now() - 60_000).length > LOG_QUERIES_LIMIT) {
      return Response.json({ message: "Rate limit exceeded" }, {
        status: 429,
        headers: { "retry-after": "60" },
      });
    }
    if (!(until! - from! > 0 && until! - from! <= DAY_MS)) {
      return json({ message: "The range must be of 24 hours at most" }, 400);
    }
    const allowed = /\bfrom logs\b/.test(sql) && /\bsource = 'function_edge_logs'/.test(sql) &&
      !/count\(\*\)|select \*|unnest|\bfunction_edge_logs\s*(?:$|where)/i.test(sql.replace(/'[^']*'/g, "''"));
    if (!allowed) return json({ result: [], error: "Query is not supported" });
    const rows = new Map<string, Record<string, string | number>>();
    for (const one of logs) {
      if (one.at < from! || one.at >= until! || one.method === "OPTIONS") continue;
      const minute = Math.floor(one.at / 60_000) * 60;
      const key = `${minute} ${one.functionId} ${one.version}`;
      const row = rows.get(key) ??
        {
          minute_at: minute,
          function_id: one.functionId,
          version: `${one.version}`,
          requests: "0",
          failures: "0",
          duration_ms: 0,
        };
      rows.set(key, {
        ...row,
        requests: `${Number(row.requests) + one.requests}`,
        failures: `${Number(row.failures) + one.failures}`,
        duration_ms: Number(row.duration_ms) + one.requests * 12.5,
      });
    }
    return json({ result: [...rows.values()] });
  }

  const server = serveFake(options.token, async (request, url) => {
    const running = /^\/functions\/v1\/([^/]+)$/.exec(url.pathname);
    if (running) {
      const found = functions.get(running[1]!);
      const entry = found?.files.find((file) => file.name === found.entrypoint_path);
      if (!found || !entry) return new Response("not found", { status: 404 });
      const source = await entry.text();
      const status = source.includes("status: 500") ? 500 : 200;
      log(found, 1, status === 500 ? 1 : 0, request.method);
      return new Response(source, { status });
    }
    if (request.method === "GET" && url.pathname === `/v1/projects/${options.ref}/analytics/endpoints/logs`) {
      return answerLogs(url.searchParams);
    }
    if (request.method === "GET" && url.pathname === base) return json([...functions.values()].map(shape));
    if (request.method === "POST" && url.pathname === `${base}/deploy`) {
      const form = await request.formData();
      const metadata = JSON.parse(String(form.get("metadata"))) as Record<string, unknown>;
      const files = form.getAll("file").filter((part): part is File => part instanceof File);
      if (typeof metadata.entrypoint_path !== "string" || files.length === 0) {
        return json({ message: "entrypoint_path and file are required" }, 400);
      }
      if (!files.some(({ name }) => name === metadata.entrypoint_path)) {
        return json({ message: `Entrypoint path does not exist - ${metadata.entrypoint_path}` }, 400);
      }
      return json(shape(await put(url.searchParams.get("slug")!, metadata, files)), 201);
    }
    const single = new RegExp(`^${base}/([^/]+)(/body)?$`).exec(url.pathname);
    const found = single && functions.get(single[1]!);
    if (request.method !== "GET" || !found) return json({ message: "Function not found" }, 404);
    if (!single[2]) return json(shape(found));
    if (!request.headers.get("accept")?.includes("multipart/form-data")) {
      return new Response("EZBR", { status: 200 });
    }
    const body = new FormData();
    body.set("metadata", JSON.stringify({ deno2_entrypoint_path: found.entrypoint_path }));
    for (const file of found.files) body.append("file", file, `source/${file.name}`);
    return new Response(body);
  }, (url) => url.pathname.startsWith("/functions/v1/"));

  return {
    ...server,
    remove: (slug) => void functions.delete(slug),
    visited(slug, requests, failures, method = "POST") {
      log(functions.get(slug)!, requests, failures, method);
    },
    async deploy(slug, source) {
      await put(slug, { name: slug, entrypoint_path: "index.ts", verify_jwt: false }, [
        new File([source], "index.ts"),
      ]);
    },
  };
}
