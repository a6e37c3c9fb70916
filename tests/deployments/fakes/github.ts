import { type FakeServer, json, serveFake } from "./server.ts";

type Files = Record<string, string>;
interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  message: string;
}
interface Pull {
  number: number;
  title: string;
  head: string;
  base: string;
  state: "open" | "closed";
}

export interface FakeGithub extends FakeServer {
  /** Commits on a branch, as a push would: these files become the whole tree. Returns the hash. */
  commit(branch: string, files: Files, options?: { parents?: string[] }): string;
  /** Files at the tip of a branch. */
  files(branch: string): Files;
  merge(number: number): void;
  pulls: Pull[];
}

/** One repository behind the git data API and pull requests of https://docs.github.com/rest. */
export function fakeGithub(options: { token: string; owner: string; repository: string }): FakeGithub {
  const blobs = new Map<string, string>();
  const trees = new Map<string, Map<string, { mode: string; sha: string }>>();
  const commits = new Map<string, Commit>();
  const refs = new Map<string, string>();
  const pulls: Pull[] = [];
  let counter = 0;
  const hash = () => (++counter).toString(16).padStart(40, "a");
  const blobOf = (content: string) => {
    const found = [...blobs].find(([, text]) => text === content);
    if (found) return found[0];
    const sha = hash();
    blobs.set(sha, content);
    return sha;
  };
  const treeOf = (entries: Map<string, { mode: string; sha: string }>) => {
    const sha = hash();
    trees.set(sha, entries);
    return sha;
  };
  const makeCommit = (tree: string, parents: string[], message: string) => {
    const sha = hash();
    commits.set(sha, { sha, tree, parents, message });
    return sha;
  };
  const filesAt = (commit: string): Files => {
    const tree = trees.get(commits.get(commit)!.tree)!;
    return Object.fromEntries([...tree].map(([path, { sha }]) => [path, blobs.get(sha)!]));
  };
  const commitShape = ({ sha, tree, parents, message }: Commit) => ({
    sha,
    message,
    tree: { sha: tree },
    parents: parents.map((parent) => ({ sha: parent })),
  });
  const pullShape = (pull: Pull) => ({
    number: pull.number,
    html_url: `https://github.com/${options.owner}/${options.repository}/pull/${pull.number}`,
    state: pull.state,
    head: { ref: pull.head },
    base: { ref: pull.base },
  });
  const missing = () => json({ message: "Not Found" }, 404);

  const server = serveFake(options.token, async (request, url) => {
    const prefix = `/repos/${options.owner}/${options.repository}/`;
    if (!url.pathname.startsWith(prefix)) return missing();
    const path = decodeURIComponent(url.pathname.slice(prefix.length));
    const body = request.method === "GET" ? {} : await request.json() as Record<string, unknown>;
    const [what, id] = [path.replace(/\/[^/]*$/, ""), path.split("/").at(-1)!];
    switch (request.method) {
      case "GET":
        if (what === "git/commits") return commits.has(id) ? json(commitShape(commits.get(id)!)) : missing();
        if (what === "git/trees") {
          const tree = trees.get(id);
          if (!tree) return missing();
          const entries = [...tree].map(([file, { mode, sha }]) => ({ path: file, mode, type: "blob", sha }));
          return json({ sha: id, truncated: false, tree: entries });
        }
        if (path.startsWith("git/ref/heads/")) {
          const sha = refs.get(path.slice("git/ref/heads/".length));
          return sha ? json({ object: { sha } }) : missing();
        }
        if (path.startsWith("compare/")) return compare(path.slice("compare/".length));
        if (path.startsWith("contents/")) {
          const commit = url.searchParams.get("ref") ?? "";
          const text = commits.has(commit) ? filesAt(commit)[path.slice("contents/".length)] : undefined;
          if (text === undefined) return missing();
          // Without the media type for raw content GitHub answers with base64 inside of JSON.
          return request.headers.get("accept") === "application/vnd.github.raw+json"
            ? new Response(text)
            : json({ encoding: "base64", content: btoa(text) });
        }
        if (path === "pulls") {
          const head = url.searchParams.get("head")?.split(":")[1];
          return json(pulls.filter((pull) => pull.head === head).map(pullShape));
        }
        return missing();
      case "POST":
        if (path === "git/trees") return makeTree(body);
        if (path === "git/commits") {
          const sha = makeCommit(String(body.tree), body.parents as string[], String(body.message));
          return json(commitShape(commits.get(sha)!), 201);
        }
        if (path === "git/refs") {
          const name = String(body.ref).slice("refs/heads/".length);
          if (refs.has(name)) return json({ message: "Reference already exists" }, 422);
          refs.set(name, String(body.sha));
          return json({ object: { sha: body.sha } }, 201);
        }
        if (path === "pulls") {
          const pull: Pull = {
            number: pulls.length + 1,
            title: String(body.title),
            head: String(body.head),
            base: String(body.base),
            state: "open",
          };
          pulls.push(pull);
          return json(pullShape(pull), 201);
        }
        return missing();
      case "PATCH":
        if (path.startsWith("git/refs/heads/")) {
          refs.set(path.slice("git/refs/heads/".length), String(body.sha));
          return json({ object: { sha: body.sha } });
        }
        if (what === "pulls") {
          const pull = pulls.find((one) => one.number === Number(id));
          if (!pull) return missing();
          if (body.state === "closed") pull.state = "closed";
          return json(pullShape(pull));
        }
        return missing();
      default:
        return missing();
    }
  });

  const ancestors = (sha: string): string[] => [sha, ...(commits.get(sha)?.parents ?? []).flatMap(ancestors)];

  /** Compares with where the ways parted, as GitHub's three dots do. */
  function compare(range: string): Response {
    const [before, after] = range.split("...") as [string, string];
    if (!commits.has(before) || !commits.has(after)) return missing();
    const older = ancestors(before);
    const parted = ancestors(after).find((sha) => older.includes(sha));
    if (!parted) return missing();
    const status = before === after
      ? "identical"
      : parted === before
      ? "ahead"
      : parted === after
      ? "behind"
      : "diverged";
    const [was, is] = [filesAt(parted), filesAt(after)];
    const files = [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((filename) => {
      if (was[filename] === is[filename]) return [];
      const kind = was[filename] === undefined
        ? "added"
        : is[filename] === undefined
        ? "removed"
        : "modified";
      const changes = (is[filename] ?? was[filename])!.split("\n").length;
      return [{ filename, status: kind, changes, patch: patchOf(was[filename] ?? "", is[filename] ?? "") }];
    });
    return json({ status, total_commits: 1, commits: [], files: files.slice(0, 300) });
  }

  /** One hunk from the first line that differs to the last, with three lines around it and the function that git names in its head. */
  function patchOf(was: string, is: string): string {
    const [a, b] = [was, is].map((text) => text === "" ? [] : text.split("\n")) as [string[], string[]];
    let [start, end] = [0, 0];
    while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
    while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
    const first = Math.max(0, start - 3);
    const head = a.slice(0, first).findLast((line) => /^[A-Za-z_$]/.test(line)) ?? "";
    const kept = a.slice(a.length - end, a.length - end + 3);
    const [removed, added] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
    const count = start - first + kept.length;
    return [
      `@@ -${first + 1},${count + removed.length} +${first + 1},${count + added.length} @@ ${head}`.trimEnd(),
      ...a.slice(first, start).map((line) => ` ${line}`),
      ...removed.map((line) => `-${line}`),
      ...added.map((line) => `+${line}`),
      ...kept.map((line) => ` ${line}`),
    ].join("\n");
  }

  function makeTree(body: Record<string, unknown>): Response {
    const entries = new Map(trees.get(String(body.base_tree)) ?? []);
    for (const change of body.tree as { path: string; mode: string; sha: string | null }[]) {
      if (change.sha === null) entries.delete(change.path);
      else if (!blobs.has(change.sha)) return json({ message: "sha is not a blob" }, 422);
      else entries.set(change.path, { mode: change.mode, sha: change.sha });
    }
    return json({ sha: treeOf(entries) }, 201);
  }

  return {
    ...server,
    pulls,
    commit(branch, files, { parents } = {}) {
      const tree = new Map(
        Object.entries(files).map(([file, text]) => [file, { mode: "100644", sha: blobOf(text) }]),
      );
      const tip = refs.get(branch);
      const sha = makeCommit(treeOf(tree), parents ?? (tip ? [tip] : []), "a commit");
      refs.set(branch, sha);
      return sha;
    },
    files: (branch) => filesAt(refs.get(branch)!),
    merge(number) {
      const pull = pulls.find((one) => one.number === number)!;
      refs.set(pull.base, refs.get(pull.head)!);
      pull.state = "closed";
    },
  };
}
