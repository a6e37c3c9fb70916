import { build } from "vite";

export interface Bundle {
  /** Path of the built file below the origin. */
  file: string;
  code: string;
  map: string;
}

/**
 * Bundles and minifies sources as applications do, with their source map.
 *
 * @param sources by file name; `main.ts` is the entry
 * @param file path of the built file
 */
export async function bundle(sources: Record<string, string>, file = "assets/main.js"): Promise<Bundle> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: "/virtual",
    plugins: [{
      name: "sources",
      resolveId: (id) => {
        const name = id.replace(/^.*\//, "");
        return name in sources ? `/virtual/src/${name}` : null;
      },
      load: (id) => sources[id.replace(/^.*\//, "")] ?? null,
    }],
    build: {
      write: false,
      sourcemap: true,
      minify: true,
      modulePreload: false,
      lib: { entry: "main.ts", name: "shop", formats: ["iife"], fileName: () => file },
    },
  });
  const outputs = Array.isArray(result)
    ? result.flatMap((one) => one.output)
    : "output" in result
    ? result.output
    : [];
  const chunk = outputs.find((one) => one.type === "chunk");
  if (chunk?.type !== "chunk" || !chunk.map) throw new Error("vite built no chunk with a map");
  return { file: chunk.fileName, code: chunk.code, map: chunk.map.toString() };
}
