import { isNewIssue } from "../state.ts";
import type { Change } from "../types.ts";
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

/** A path without scheme, host, query and bundler prefix, lower case. */
function normalise(path: string): string {
  return path.toLowerCase().replace(/^[a-z-]+:\/+(?:\.\/)?/, "").replace(/[?#].*$/, "").replace(
    /^(?:\.?\/)+/,
    "",
  );
}

/** True when one path ends with the other at a folder's edge: deployed paths carry prefixes that the repository lacks. */
function samePath(a: string, b: string): boolean {
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

/** The folder of a path, with its slash; empty for a file without one. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Best match between the files of a change and the in-app frames of a stack, culprit first. */
export function matchFiles(files: readonly string[], frames: readonly string[]): FileMatch {
  const touched = files.map(normalise);
  const stack = frames.map(normalise);
  const hit = stack.findIndex((frame) => touched.some((file) => samePath(file, frame)));
  if (hit === 0) return "culprit";
  if (hit > 0) return "stack";
  const culprit = stack[0];
  if (culprit === undefined) return "none";
  const folder = folderOf(culprit);
  const near = folder !== "" &&
    touched.some((file) => folderOf(file) !== "" && samePath(folderOf(file), folder));
  return near ? "folder" : "none";
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

/** Files touched against stack frames. */
export const files: FactorRule = ({ state, subject, firstEventAt }) => {
  const frames = subject.facts?.frames ?? [];
  const givenCause = GIVEN_CAUSE[isNewIssue(subject, firstEventAt) ? "isNew" : "known"];
  const matches = new Map<string, FileMatch>();
  const matchOf = (change: Change) => {
    let match = matches.get(change.id);
    if (!match) matches.set(change.id, match = matchFiles(change.files ?? [], frames));
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
        match,
        change.files.length,
        universe,
        change.service === subject.service,
      );
      return Math.log(givenCause[match] / innocent);
    },
    statement({ change }) {
      if (!change?.files?.length || frames.length === 0) return "no files to compare with the stack";
      const said: Record<FileMatch, string> = {
        culprit: `it touched ${frames[0]}, where the error is raised`,
        stack: "it touched a file further up the stack",
        folder: `it touched files beside ${frames[0]}`,
        none: "it touched none of the files of the stack",
      };
      return said[matchOf(change)];
    },
  };
};
