import { isNewIssue } from "../state.ts";
import type { Change, StackFrame, Touched } from "../types.ts";
import type { FactorRule } from "./factor.ts";

export type FileMatch = "culprit" | "stack" | "folder" | "none";

/**
 * P(match | this change is the cause): most regressions fail in a file that was touched, though not all. An issue that was known before
 * has the stack that it had before: the change makes it frequent, from wherever it is.
 */
const GIVEN_CAUSE: Record<"isNew" | "known", Record<FileMatch, number>> = {
  isNew: { culprit: 0.48, stack: 0.14, folder: 0.16, none: 0.22 },
  known: { culprit: 0.2, stack: 0.1, folder: 0.15, none: 0.55 },
};

/** Where Supabase's edge runtime unpacks a function: below it come the function's name, or `source` in place of it, and its files. */
const EDGE_RUNTIME = /^(?:var\/tmp\/sb-compile-edge-runtime|tmp\/user_fn_[^/]+)\/(?:source\/)?/;

/** A path without scheme, host, query and the prefixes of bundlers and of the edge runtime, lower case. */
function normalise(path: string): string {
  return path.toLowerCase().replace(/^[a-z-]+:\/+(?:\.\/)?/, "").replace(/[?#].*$/, "").replace(
    /^(?:\.?\/)+/,
    "",
  ).replace(EDGE_RUNTIME, "");
}

/**
 * True when one path ends with the other at a folder's edge: deployed paths carry prefixes that the repository lacks, and may lack what
 * the repository has.
 */
function samePath(a: string, b: string): boolean {
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

/** The folder of a path, with its slash; empty for a file without one. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** How a change and a stack meet. */
export interface StackMatch {
  files: FileMatch;
  /** Whether they meet in a function that it touched, of how many in that file; null where nobody can tell. */
  inFunction: { isTouched: boolean; touched: number } | null;
}

/**
 * Best match between a change and the in-app frames of a stack, culprit first. A name without a folder, as `index.ts`, is that of many
 * files: it speaks of the service that fails, and of no change of another one.
 */
export function matchStack(
  { files, touched }: Pick<Change, "files" | "touched">,
  frames: readonly StackFrame[],
  sameService = true,
): StackMatch {
  const paths = (files ?? []).map(normalise);
  const stack = frames.map(({ file, function: name }) => ({ file: normalise(file), name: bareName(name) }))
    .map((one) => sameService || one.file.includes("/") ? one : { ...one, file: "" });
  const hits = stack.filter(({ file }) => paths.some((path) => samePath(path, file)));
  if (hits[0]) {
    return { files: hits[0] === stack[0] ? "culprit" : "stack", inFunction: functionMatch(touched, hits) };
  }
  const folder = folderOf(stack[0]?.file ?? "");
  const near = folder !== "" &&
    paths.some((path) => folderOf(path) !== "" && samePath(folderOf(path), folder));
  return { files: near ? "folder" : "none", inFunction: null };
}

function functionMatch(
  touched: Touched | null,
  frames: readonly { file: string; name: string | null }[],
): StackMatch["inFunction"] {
  const functions = Object.entries(touched?.functions ?? {}).map(([path, one]) => ({
    path: normalise(path),
    ...one,
  }));
  let miss: StackMatch["inFunction"] = null;
  for (const { file, name } of frames) {
    const known = functions.find(({ path }) => samePath(path, file));
    if (!known || name === null) continue;
    if (known.names.includes(name)) return { isTouched: true, touched: known.names.length };
    if (known.all) miss ??= { isTouched: false, touched: known.names.length };
  }
  return miss;
}

/** A function's own name: engines add `async`, `new`, the object before it and the alias behind it. */
export function bareName(name: string | null): string | null {
  const bare = name?.replace(/ \[as .*\]$/, "").replace(/^(?:async|new) /, "").split(".").at(-1) ?? "";
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(bare) ? bare : null;
}

/** Files that a service is assumed to have besides those that we have seen changes touch. */
const UNSEEN_FILES = 80;

/** P(match | an innocent change of this many files), when the service's changes have touched `universe` files in all. */
function givenInnocent(match: FileMatch, files: number, universe: number, sameService: boolean): number {
  const share = Math.min(0.5, files / (universe + UNSEEN_FILES)) * (sameService ? 1 : 0.1);
  const culprit = Math.max(0.004, share);
  const stack = Math.max(0.006, Math.min(0.25, 1.5 * share * (1 - culprit)));
  const folder = Math.max(0.02, Math.min(0.25, 2 * share));
  return { culprit, stack, folder, none: Math.max(0.1, 1 - culprit - stack - folder) }[match];
}

/**
 * P(in a touched function | in a touched file, this change is the cause). Of the defects reported with a stack some 60 % are mended in a
 * function of the stack (Schroter, Bettenburg, Premraj 2010). A known issue fails where it always did.
 */
const IN_FUNCTION = { isNew: 0.7, known: 0.45 };
/** Functions that a file is assumed to have besides those that the change touched. */
const UNTOUCHED_FUNCTIONS = 4;

/** ln of how much likelier the cause is than an innocent change to have touched the function in which the stack meets its file. */
function functionNats(inFunction: StackMatch["inFunction"], given: number): number {
  if (inFunction === null) return 0;
  const share = (inFunction.touched + 0.5) / (inFunction.touched + 0.5 + UNTOUCHED_FUNCTIONS);
  const cause = given + (1 - given) * share;
  return Math.log(inFunction.isTouched ? cause / share : (1 - cause) / (1 - share));
}

/** Files and functions touched against stack frames. */
export const files: FactorRule = ({ state, subject, firstEventAt }) => {
  const frames = subject.facts?.frames ?? [];
  const kind = isNewIssue(subject, firstEventAt) ? "isNew" : "known";
  const matches = new Map<string, StackMatch>();
  const matchOf = (change: Change) => {
    let match = matches.get(change.id);
    if (!match) {
      match = matchStack(change, frames, change.service === subject.service);
      matches.set(change.id, match);
    }
    return match;
  };
  const universe = new Set(
    state.changes.flatMap((change) => change.service === subject.service ? change.files ?? [] : []),
  ).size;
  return {
    name: "files",
    logLikelihood({ change }) {
      if (!change?.files?.length || frames.length === 0) return 0;
      const match = matchOf(change);
      const innocent = givenInnocent(
        match.files,
        change.files.length,
        universe,
        change.service === subject.service,
      );
      return Math.log(GIVEN_CAUSE[kind][match.files] / innocent) +
        functionNats(match.inFunction, IN_FUNCTION[kind]);
    },
    statement({ change }) {
      if (!change?.files?.length || frames.length === 0) return "no files to compare with the stack";
      const { files, inFunction } = matchOf(change);
      const said: Record<FileMatch, string> = {
        culprit: `it touched ${frames[0]!.file}, where the error is raised`,
        stack: "it touched a file further up the stack",
        folder: `it touched files beside ${frames[0]!.file}`,
        none: "it touched none of the files of the stack",
      };
      const where = inFunction === null
        ? ""
        : inFunction.isTouched
        ? ", in a function of the stack"
        : ", in other functions";
      return said[files] + where;
    },
  };
};
