import { toFileUrl } from "./paths.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** Names that may be folders of functions; `_shared` and the like are not served. */
const FUNCTION_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

let platforms = 0;

/** Imports `<folder>/<name>/index.ts` when it is first called, from the same file that is deployed. */
export class Functions {
  readonly #handlers = new Map<string, Promise<Handler | undefined>>();
  // A platform started later in the same process gets instances of its own, which see its environment.
  readonly #instance = ++platforms;

  constructor(private readonly folder: string) {}

  /** Undefined when there is no function of that name. Throws when it cannot be loaded. */
  find(name: string): Promise<Handler | undefined> {
    const known = this.#handlers.get(name);
    if (known) return known;
    const loading = this.#load(name);
    this.#handlers.set(name, loading);
    // Neither a missing nor a broken function is remembered, so that mending the file is enough.
    loading.then((handler) => handler ?? this.#handlers.delete(name), () => this.#handlers.delete(name));
    return loading;
  }

  async #load(name: string): Promise<Handler | undefined> {
    if (!FUNCTION_NAME.test(name)) return undefined;
    const file = `${this.folder}/${name}/index.ts`;
    try {
      await Deno.stat(file);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      throw cause;
    }
    const module: unknown = await import(`${toFileUrl(file)}?instance=${this.#instance}`);
    const exported = (module as { default?: { fetch?: unknown } }).default;
    if (typeof exported?.fetch !== "function") {
      throw new Error(`${file} must \`export default { fetch }\``);
    }
    const fetch = exported.fetch as Handler;
    return (request) => fetch.call(exported, request);
  }
}
