import { diffLines } from "diff";
import type { ChangedFile } from "./changed-file.ts";
import type { SourceFile } from "./source-file.ts";

/** Longer files are generated, and cost more processor time than they tell. */
const FILE_CHARACTERS_LIMIT = 200_000;
/** Text that is compared line by line in one call: some 50 ms of processor time, as a run may find many versions. */
const CHARACTERS_LIMIT = 400_000;
/** Where more lines than this changed, the file is another one: which function changed says nothing. */
const EDITS_LIMIT = 500;

/**
 * What changed between two versions of a source whose files are at hand. Pure. The unified diffs show the files whole, so that every line
 * can be seen to belong to its function.
 */
export function compareSources(before: readonly SourceFile[], after: readonly SourceFile[]): ChangedFile[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const now = new Map(after.map((file) => [file.path, file]));
  const pairs = [...new Set([...old.keys(), ...now.keys()])].sort()
    .map((path) => ({ path, was: old.get(path), is: now.get(path) }))
    .filter(({ was, is }) => was?.content !== is?.content);
  const changed = new Map<string, ChangedFile>();
  let characters = 0;
  for (const { path, was, is } of pairs.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    const texts = textsOf(was, is);
    const size = sizeOf({ was, is });
    if (texts !== null) characters += size;
    const readable = texts !== null && size <= FILE_CHARACTERS_LIMIT && characters <= CHARACTERS_LIMIT;
    const diff = readable ? unified(texts.was, texts.is) : null;
    changed.set(path, {
      path,
      previousPath: null,
      status: was === undefined ? "added" : is === undefined ? "removed" : "modified",
      lines: diff?.lines ?? (texts === null ? 0 : linesApart(texts.was, texts.is)),
      patch: diff?.patch ?? null,
    });
  }
  return pairs.map(({ path }) => changed.get(path)!);
}

function sizeOf({ was, is }: { was: SourceFile | undefined; is: SourceFile | undefined }): number {
  return (was?.content.length ?? 0) + (is?.content.length ?? 0);
}

/** Both texts, an absent file being empty; null where one of them is no text. */
function textsOf(
  was: SourceFile | undefined,
  is: SourceFile | undefined,
): { was: string; is: string } | null {
  const isText = (was?.isText ?? true) && (is?.isText ?? true);
  return isText ? { was: was?.content ?? "", is: is?.content ?? "" } : null;
}

function unified(was: string, is: string): { patch: string; lines: number } | null {
  const parts = diffLines(was, is, { maxEditLength: EDITS_LIMIT, stripTrailingCr: true });
  if (parts === undefined) return null;
  const out = ["@@ -1 +1 @@"];
  let lines = 0;
  for (const { value, added, removed } of parts) {
    const mark = added ? "+" : removed ? "-" : " ";
    const part = linesOf(value);
    if (mark !== " ") lines += part.length;
    for (const line of part) out.push(mark + line);
  }
  return { patch: out.join("\n"), lines };
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Lines that one text has more often than the other: what a diff would count, whatever their order. */
function linesApart(was: string, is: string): number {
  const surplus = new Map<string, number>();
  for (const line of linesOf(was)) surplus.set(line, (surplus.get(line) ?? 0) - 1);
  for (const line of linesOf(is)) surplus.set(line, (surplus.get(line) ?? 0) + 1);
  let lines = 0;
  for (const count of surplus.values()) lines += Math.abs(count);
  return lines;
}
