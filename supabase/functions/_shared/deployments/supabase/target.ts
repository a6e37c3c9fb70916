import { z } from "zod";
import { send, sendFor, type TargetOptions } from "../targets/request.ts";
import { type FunctionBody, type FunctionFile, readFile, writeFile } from "./function-body.ts";
import { type FunctionMinute, readFunctionLogs } from "./function-logs.ts";
import { fileNamed, uploadedPath } from "./uploaded-path.ts";

/** One deployed edge function as the Management API tells it. */
export interface EdgeFunction {
  id: string;
  slug: string;
  name: string;
  version: number;
  /** ms since 1970, of its first version; a function that was deleted and made anew begins with version 1 again. 0 when not told. */
  createdAt: number;
  /** ms since 1970. */
  updatedAt: number;
  status: string;
  verifyJwt: boolean;
  /** As the platform tells them: with the folder in which it keeps this version. */
  entrypointPath: string | null;
  importMapPath: string | null;
  /** Hash of the bundle; null on platforms that give none. */
  bundleHash: string | null;
}

/** Edge functions of one Supabase project. https://supabase.com/docs/reference/api */
export interface SupabaseTarget {
  /** All functions but those that are hidden. */
  list(): Promise<EdgeFunction[]>;
  get(slug: string): Promise<EdgeFunction>;
  /** The source as it was deployed, with what is needed to deploy it again. */
  body(slug: string): Promise<FunctionBody>;
  /** Deploys a body as the next version. The platform keeps no versions: this is also how one goes back. */
  deploy(slug: string, body: FunctionBody): Promise<EdgeFunction>;
  /** How often functions were asked and failed, by version and minute, from the platform's logs of at most 24 hours. */
  requests(from: Date, until: Date): Promise<FunctionMinute[]>;
}

export interface SupabaseTargetOptions extends Omit<TargetOptions, "platform"> {
  /** The project's reference, 20 letters. */
  ref: string;
  /** What logs are read with, where it is another one. */
  fetchLogs?: typeof fetch;
  /** Names of functions that are not the application's. */
  hidden?: ReadonlySet<string>;
}

export const SUPABASE_API = "https://api.supabase.com";

const functionSchema = z.looseObject({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  version: z.number(),
  status: z.string().nullish(),
  created_at: z.number().nullish(),
  updated_at: z.number().nullish(),
  verify_jwt: z.boolean().nullish(),
  entrypoint_path: z.string().nullish(),
  import_map_path: z.string().nullish(),
  ezbr_sha256: z.string().nullish(),
});

export function createSupabaseTarget(options: SupabaseTargetOptions): SupabaseTarget {
  const target: TargetOptions = { ...options, platform: "Supabase" };
  const functions = `/v1/projects/${encodeURIComponent(options.ref)}/functions`;
  const pathOf = (slug: string) => `${functions}/${encodeURIComponent(slug)}`;
  const get = async (slug: string) =>
    functionOf(await sendFor(target, { method: "GET", path: pathOf(slug) }, functionSchema));

  return {
    async list() {
      const found = await sendFor(target, { method: "GET", path: functions }, z.array(functionSchema));
      return found.map(functionOf).filter(({ slug }) => !options.hidden?.has(slug));
    },
    get,
    async body(slug) {
      const about = await get(slug);
      const path = `${pathOf(slug)}/body`;
      const response = await send(target, { method: "GET", path, accept: "multipart/form-data" });
      const files: FunctionFile[] = [];
      for (const [name, part] of await response.formData()) {
        if (name !== "metadata" && part instanceof File) {
          const file = await readFile(part);
          files.push({ ...file, path: uploadedPath(file.path) });
        }
      }
      files.sort((a, b) => a.path < b.path ? -1 : 1);
      const paths = files.map(({ path }) => path);
      return {
        name: about.name,
        verifyJwt: about.verifyJwt,
        entrypointPath: fileNamed(about.entrypointPath ?? paths[0] ?? "index.ts", paths),
        importMapPath: about.importMapPath === null ? null : fileNamed(about.importMapPath, paths),
        files,
      };
    },
    async deploy(slug, body) {
      const form = new FormData();
      form.set(
        "metadata",
        JSON.stringify({
          name: body.name,
          entrypoint_path: body.entrypointPath,
          verify_jwt: body.verifyJwt,
          ...(body.importMapPath === null ? {} : { import_map_path: body.importMapPath }),
        }),
      );
      for (const file of body.files) form.append("file", writeFile(file), file.path);
      const path = `${functions}/deploy`;
      return functionOf(
        await sendFor(target, { method: "POST", path, query: { slug }, form }, functionSchema),
      );
    },
    requests: (from, until) =>
      readFunctionLogs({ ...target, fetch: options.fetchLogs ?? target.fetch }, options.ref, from, until),
  };
}

function functionOf(found: z.infer<typeof functionSchema>): EdgeFunction {
  return {
    id: found.id,
    slug: found.slug,
    name: found.name,
    version: found.version,
    createdAt: found.created_at ?? 0,
    updatedAt: found.updated_at ?? 0,
    status: found.status ?? "ACTIVE",
    verifyJwt: found.verify_jwt ?? true,
    entrypointPath: found.entrypoint_path ?? null,
    importMapPath: found.import_map_path ?? null,
    bundleHash: found.ezbr_sha256 ?? null,
  };
}
