import { z } from "zod";
import { ActionError } from "../../platform/action-error.ts";
import { sendFor, type TargetOptions } from "../targets/request.ts";
import { revertTree, type TreeEntry } from "./revert-tree.ts";

export interface PullRequest {
  number: number;
  url: string;
  branch: string;
  open: boolean;
}

/** Reverts in one GitHub repository. https://docs.github.com/rest/git */
export interface GithubRevertTarget {
  /** The pull request that reverts this commit, if it was opened before. */
  findRevert(commit: string): Promise<PullRequest | null>;
  /**
   * Opens a pull request that takes a commit's changes back. Repeating it finds the first one.
   *
   * @throws ActionError `conflict` when later commits changed the same files, `refused` for a merge or first commit
   */
  openRevert(commit: string, text: { title: string; body: string }): Promise<PullRequest>;
  /** Closes the pull request without merging it: the undo. */
  closeRevert(commit: string): Promise<void>;
}

export interface GithubTargetOptions extends Omit<TargetOptions, "platform" | "headers"> {
  owner: string;
  repository: string;
  /** The branch that production is built from. */
  base: string;
}

export const GITHUB_API = "https://api.github.com";
export const GITHUB_HEADERS = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };

const shaSchema = z.looseObject({ sha: z.string() });
const refSchema = z.looseObject({ object: shaSchema });
const commitSchema = z.looseObject({
  sha: z.string(),
  tree: shaSchema,
  parents: z.array(shaSchema),
  message: z.string().nullish(),
});
const treeSchema = z.looseObject({
  truncated: z.boolean().nullish(),
  tree: z.array(z.looseObject({
    path: z.string(),
    mode: z.string(),
    type: z.string(),
    sha: z.string(),
  })),
});
const pullSchema = z.looseObject({
  number: z.number(),
  html_url: z.string(),
  state: z.string(),
  head: z.looseObject({ ref: z.string() }),
});

export function createGithubRevertTarget(options: GithubTargetOptions): GithubRevertTarget {
  const target: TargetOptions = { ...options, headers: GITHUB_HEADERS, platform: "GitHub" };
  const repository = `/repos/${encodeURIComponent(options.owner)}/${encodeURIComponent(options.repository)}`;
  const read = <T>(path: string, schema: z.ZodType<T>, query?: Record<string, string>) =>
    sendFor(target, { method: "GET", path: `${repository}/${path}`, query }, schema);
  const write = <T>(method: "POST" | "PATCH", path: string, json: unknown, schema: z.ZodType<T>) =>
    sendFor(target, { method, path: `${repository}/${path}`, json }, schema);
  const branchOf = (commit: string) => `prunella/revert-${commit.slice(0, 12)}`;

  async function entries(tree: string): Promise<TreeEntry[]> {
    const found = await read(`git/trees/${tree}`, treeSchema, { recursive: "1" });
    if (found.truncated) {
      throw new ActionError("refused", "The repository is too large to revert over the API.");
    }
    return found.tree.filter((entry) => entry.type !== "tree");
  }

  async function findRevert(commit: string): Promise<PullRequest | null> {
    const head = `${options.owner}:${branchOf(commit)}`;
    const found = await read("pulls", z.array(pullSchema), { head, state: "all", base: options.base });
    const first = found.find((pull) => pull.state === "open") ?? found[0];
    return first ? pullOf(first) : null;
  }

  return {
    findRevert,
    async openRevert(commit, { title, body }) {
      const existing = await findRevert(commit);
      if (existing?.open) return existing;
      const bad = await read(`git/commits/${encodeURIComponent(commit)}`, commitSchema);
      const [parent, second] = bad.parents;
      if (!parent) throw new ActionError("refused", "The first commit of a repository cannot be reverted.");
      if (second) {
        throw new ActionError(
          "refused",
          "A merge commit has no single change to revert: a human must choose.",
        );
      }
      const before = await read(`git/commits/${parent.sha}`, commitSchema);
      const head = await read(`git/ref/heads/${encodeBranch(options.base)}`, refSchema);
      const headCommit = await read(`git/commits/${head.object.sha}`, commitSchema);
      const reverted = revertTree(
        await entries(before.tree.sha),
        await entries(bad.tree.sha),
        await entries(headCommit.tree.sha),
      );
      if (reverted.conflicts.length > 0) {
        const some = reverted.conflicts.slice(0, 3).join(", ");
        throw new ActionError(
          "conflict",
          `Later commits changed the same files (${some}): a human must revert.`,
        );
      }
      if (reverted.changes.length === 0) {
        throw new ActionError("not_applicable", "The commit's changes are not in the branch any more.");
      }
      const tree = await write("POST", "git/trees", {
        base_tree: headCommit.tree.sha,
        tree: reverted.changes,
      }, shaSchema);
      const message = `${title}\n\nThis reverts commit ${bad.sha}.`;
      const made = await write(
        "POST",
        "git/commits",
        { message, tree: tree.sha, parents: [headCommit.sha] },
        shaSchema,
      );
      await pushBranch(branchOf(commit), made.sha);
      return pullOf(
        await write("POST", "pulls", { title, body, head: branchOf(commit), base: options.base }, pullSchema),
      );
    },
    async closeRevert(commit) {
      const existing = await findRevert(commit);
      if (!existing?.open) {
        throw new ActionError("not_applicable", "There is no open pull request that reverts this commit.");
      }
      await write("PATCH", `pulls/${existing.number}`, { state: "closed" }, pullSchema);
    },
  };

  /** Creates the branch, or moves the one that an earlier attempt left behind. */
  async function pushBranch(branch: string, sha: string): Promise<void> {
    try {
      await write("POST", "git/refs", { ref: `refs/heads/${branch}`, sha }, refSchema);
    } catch (error) {
      const exists = error instanceof ActionError && error.status === 422;
      if (!exists) throw error;
      await write("PATCH", `git/refs/heads/${encodeBranch(branch)}`, { sha, force: true }, refSchema);
    }
  }
}

function encodeBranch(branch: string): string {
  return branch.split("/").map(encodeURIComponent).join("/");
}

function pullOf(found: z.infer<typeof pullSchema>): PullRequest {
  return { number: found.number, url: found.html_url, branch: found.head.ref, open: found.state === "open" };
}
