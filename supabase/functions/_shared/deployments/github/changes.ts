import { z } from "zod";
import { isActionError } from "../../platform/action-error.ts";
import type { ChangedFile } from "../diffs/changed-file.ts";
import { send, sendFor, type TargetOptions } from "../targets/request.ts";
import { GITHUB_HEADERS, type GithubTargetOptions } from "./target.ts";

/** What lies between two commits. */
export interface Comparison {
  /** `behind`: the second commit is older and brings nothing; `diverged`: counted from where their ways parted. */
  status: "identical" | "ahead" | "behind" | "diverged";
  files: ChangedFile[];
  /** False when GitHub did not list all files. */
  complete: boolean;
}

/** What changed in one GitHub repository. https://docs.github.com/rest/commits/commits#compare-two-commits */
export interface GithubChanges {
  /** Null when the repository does not know one of the commits. */
  compare(before: string, after: string): Promise<Comparison | null>;
  /** A text file at a commit; null when it is larger than `limit` bytes. */
  content(path: string, commit: string, limit: number): Promise<string | null>;
}

/** GitHub lists no more files of a comparison than this, on whichever page. */
const COMPARED_FILES_LIMIT = 300;

const comparisonSchema = z.looseObject({
  status: z.enum(["identical", "ahead", "behind", "diverged"]),
  files: z.array(z.looseObject({
    filename: z.string(),
    previous_filename: z.string().nullish(),
    status: z.string(),
    changes: z.number().nullish(),
    patch: z.string().nullish(),
  })).nullish(),
});

export function createGithubChanges(options: GithubTargetOptions): GithubChanges {
  const target: TargetOptions = { ...options, headers: GITHUB_HEADERS, platform: "GitHub" };
  const repository = `/repos/${encodeURIComponent(options.owner)}/${encodeURIComponent(options.repository)}`;
  return {
    async compare(before, after) {
      const path = `${repository}/compare/${encodeURIComponent(before)}...${encodeURIComponent(after)}`;
      try {
        // Files come with the first page whatever its size; of the commits nothing is needed.
        const found = await sendFor(
          target,
          { method: "GET", path, query: { per_page: "1" } },
          comparisonSchema,
        );
        const files = (found.files ?? []).map((file): ChangedFile => ({
          path: file.filename,
          previousPath: file.previous_filename ?? null,
          status: statusOf(file.status),
          lines: file.changes ?? 0,
          patch: file.patch ?? null,
        }));
        return { status: found.status, files, complete: files.length < COMPARED_FILES_LIMIT };
      } catch (error) {
        if (isActionError(error) && error.code === "not_applicable") return null;
        throw error;
      }
    },
    async content(path, commit, limit) {
      const encoded = path.split("/").map(encodeURIComponent).join("/");
      const response = await send(target, {
        method: "GET",
        path: `${repository}/contents/${encoded}`,
        query: { ref: commit },
        accept: "application/vnd.github.raw+json",
      });
      return await readAtMost(response, limit);
    },
  };
}

function statusOf(status: string): ChangedFile["status"] {
  switch (status) {
    case "added":
    case "copied":
      return "added";
    case "modified":
    case "changed":
      return "modified";
    case "removed":
    case "renamed":
      return status;
    default:
      return "other";
  }
}

/** The text of an answer, or null as soon as it proves longer than `limit` bytes. */
async function readAtMost(response: Response, limit: number): Promise<string | null> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(bytes);
}
