import type { Touched } from "../blame/types.ts";
import { TEST_FILE } from "../risk/features.ts";
import type { ChangedFile } from "./changed-file.ts";
import { readPatch } from "./patch.ts";

/** Files whose lines are no code that a stack or a message could point at. */
const NO_CODE = /\.(?:md|mdx|txt|rst|lock|snap|svg|json|ya?ml|toml|sql|css|scss|html)$/i;
/** Kept of one deployment: blame holds those of two days in its state. */
const FILES_KEPT = 60;
const FUNCTIONS_KEPT = 60;
export const WORDS_KEPT = 80;
/** Characters of diff that are read of one comparison: reading is paid from two seconds of processor time. */
const CHARACTERS_READ = 400_000;
const PATH_LIMIT = 300;
const NAME_LIMIT = 100;

/** What the diff of a deployment says beyond the names of its files, the smallest files first: there it says most. */
export function touchedBy(files: readonly ChangedFile[]): Touched {
  // A path may be called `__proto__`.
  const functions = new Map<string, Touched["functions"][string]>();
  const words = new Set<string>();
  let [characters, kept] = [0, 0];
  const isCode = (path: string) => !NO_CODE.test(path) && !TEST_FILE.test(path);
  const readable = files.filter(({ path, patch }) => patch !== null && isCode(path))
    .sort((a, b) => a.patch!.length - b.patch!.length);
  for (const { path, patch } of readable) {
    characters += patch!.length;
    if (characters > CHARACTERS_READ) break;
    const one = readPatch(patch!);
    const room = FUNCTIONS_KEPT - kept;
    if (room > 0 && functions.size < FILES_KEPT && path.length <= PATH_LIMIT) {
      const names = one.functions.filter((name) => name.length <= NAME_LIMIT).slice(0, room);
      functions.set(path, { names, all: one.all && names.length === one.functions.length });
      kept += names.length;
    }
    for (const word of one.words) if (words.size < WORDS_KEPT) words.add(word);
  }
  return { functions: Object.fromEntries(functions), words: [...words] };
}
