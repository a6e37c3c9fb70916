import { z } from "zod";
import { ActionError } from "../action-error.ts";
import type { GithubIntegration } from "../integrations.ts";
import { deliver, type DeliveryOptions, externalId, requiredSecret } from "./delivery.ts";

export interface GithubIssue {
  number: number;
  url: string;
  open: boolean;
}

/** Issues of the project's repository. */
export interface GithubTarget {
  /** True when the project has set GitHub up. */
  configured: boolean;
  /**
   * The issue that was opened with this key, by the marker in its body, among those changed since then; null when there is none; `unknown` when there
   * are too many to look through. It lists and does not search: GitHub's search index lags behind, a list does not.
   */
  find(key: string, since: Date): Promise<GithubIssue | null | "unknown">;
  open(issue: { title: string; body: string; key: string }): Promise<GithubIssue>;
  /** Adds a comment with this key, unless there is one already. */
  comment(number: number, comment: { body: string; key: string }): Promise<void>;
  close(number: number): Promise<void>;
  get(number: number): Promise<GithubIssue>;
}

export interface GithubOptions extends DeliveryOptions {
  integration: GithubIntegration | null;
}

const API_VERSION = "2022-11-28";
// A body holds up to 64 KB, so a page of 30 fits the limit below.
const PAGE_SIZE = 30;
const MAX_PAGES = 10;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const TITLE_LENGTH = 256;
const BODY_LENGTH = 60_000;

const issueSchema = z.object({
  number: z.int().positive(),
  html_url: z.string(),
  state: z.string(),
  body: z.string().nullish(),
});
const commentSchema = z.object({ body: z.string().nullish() });

/** GitHub's REST API for issues. https://docs.github.com/rest/issues/issues */
export function createGithubTarget(options: GithubOptions): GithubTarget {
  return {
    configured: options.integration !== null,

    async find(key, since) {
      const marker = externalId(options, key);
      const query = `state=all&sort=created&direction=desc&since=${encodeURIComponent(since.toISOString())}`;
      const found = await search(`issues?${query}`, z.array(issueSchema), (one) => holds(one.body, marker));
      return found === null || found === "unknown" ? found : issueOf(found);
    },

    async open({ title, body, key }) {
      const marker = externalId(options, key);
      const { labels } = required();
      const content = {
        title: oneLine(title),
        body: marked(body, marker),
        ...(labels.length > 0 ? { labels } : {}),
      };
      return issueOf(await call("POST", "issues", issueSchema, content));
    },

    async comment(number, { body, key }) {
      const marker = externalId(options, key);
      const there = await search(
        `issues/${number}/comments?`,
        z.array(commentSchema),
        (one) => holds(one.body, marker),
      );
      if (there === "unknown") {
        throw new ActionError("uncertain", "The issue has too many comments to look through.");
      }
      if (there === null) {
        await call("POST", `issues/${number}/comments`, z.unknown(), { body: marked(body, marker) });
      }
    },

    async close(number) {
      await call("PATCH", `issues/${number}`, issueSchema, { state: "closed", state_reason: "not_planned" });
    },

    async get(number) {
      return issueOf(await call("GET", `issues/${number}`, issueSchema));
    },
  };

  function required(): GithubIntegration {
    if (!options.integration) {
      throw new ActionError("unconfigured", "GitHub is not set up. Add a github integration with its token.");
    }
    return options.integration;
  }

  async function search<T>(
    path: string,
    schema: z.ZodType<T[]>,
    wanted: (one: T) => boolean,
  ): Promise<T | null | "unknown"> {
    for (let page = 1; page <= MAX_PAGES; page++) {
      const list = await call("GET", `${path}&per_page=${PAGE_SIZE}&page=${page}`.replace("?&", "?"), schema);
      const found = list.find(wanted);
      if (found !== undefined) return found;
      if (list.length < PAGE_SIZE) return null;
    }
    return "unknown";
  }

  async function call<T>(
    method: "GET" | "POST" | "PATCH",
    path: string,
    schema: z.ZodType<T>,
    content?: Record<string, unknown>,
  ): Promise<T> {
    const { api_url, owner, repository, name } = required();
    const token = await requiredSecret(options, "github", name);
    const response = await deliver(options, () => ({
      method,
      url: `${api_url.replace(/\/+$/, "")}/repos/${owner}/${repository}/${path}`,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "user-agent": "prunella",
        "x-github-api-version": API_VERSION,
        ...(content ? { "content-type": "application/json" } : {}),
      },
      body: content ? JSON.stringify(content) : undefined,
      maxResponseBytes: MAX_PAGE_BYTES,
    }));
    return parsed(response.text, schema, method);
  }
}

function parsed<T>(text: string, schema: z.ZodType<T>, method: string): T {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  // The status said success, so a write has happened; only what it made is not known.
  throw new ActionError(
    method === "GET" ? "rejected" : "uncertain",
    "GitHub's answer was not understood. Check api_url of the integration.",
  );
}

function issueOf(found: z.infer<typeof issueSchema>): GithubIssue {
  return { number: found.number, url: found.html_url, open: found.state === "open" };
}

/** An HTML comment: in the source of the text, invisible to readers. */
function markerLine(marker: string): string {
  return `<!-- prunella:${marker.replace(/[^A-Za-z0-9:._-]/g, "_")} -->`;
}

function marked(body: string, marker: string): string {
  return `${body.slice(0, BODY_LENGTH)}\n\n${markerLine(marker)}`;
}

function holds(body: string | null | undefined, marker: string): boolean {
  return body?.includes(markerLine(marker)) ?? false;
}

function oneLine(title: string): string {
  return title.replace(/\s+/g, " ").trim().slice(0, TITLE_LENGTH);
}
