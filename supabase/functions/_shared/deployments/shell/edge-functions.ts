import type { DeploymentRow } from "../store.ts";
import { labelOf } from "./labels.ts";

/** Errors of edge functions bear no version, but their code says where it runs, and one version at a time is served. */
export interface EdgeFunctions {
  /** The function in one of whose files an error was raised, innermost file first; null where nobody can tell. */
  raisedIn(files: readonly string[]): string | null;
  /** What the function that is this service served at a moment (ms); null for other services. */
  labelAt(service: string, at: number): string | null;
}

/** Folders below which a path goes on with a function's name: of the runtime, and of the repository. */
const FOLDER = /(?:^|\/)(?:sb-compile-edge-runtime|functions)\/([^/]+)(?=\/)/g;
/** What the runtime has in place of a name, mostly with the path in the repository below it. */
const NAMELESS = "source";

/**
 * @param served services whose traffic is known: errors alone could not be compared with anything
 */
export function edgeFunctionsOf(
  deployments: readonly DeploymentRow[],
  served: ReadonlySet<string>,
): EdgeFunctions {
  const versions = new Map<string, DeploymentRow[]>();
  for (const one of deployments) {
    if (one.target !== "supabase" || one.promoted_at === null || !served.has(one.service)) continue;
    versions.set(one.service, [...versions.get(one.service) ?? [], one]);
  }
  for (const rows of versions.values()) {
    rows.sort((a, b) => Date.parse(b.promoted_at!) - Date.parse(a.promoted_at!));
  }
  const only = versions.size === 1 ? [...versions.keys()][0]! : null;
  return {
    raisedIn(files) {
      for (const file of files) {
        const names = [...file.matchAll(FOLDER)].map(([, name]) => name!);
        const known = names.find((name) => versions.has(name));
        if (known !== undefined) return known;
        if (only !== null && names.length === 1 && names[0] === NAMELESS) return only;
      }
      return null;
    },
    labelAt(service, at) {
      const rows = versions.get(service);
      if (!rows) return null;
      // What comes from before the first version that is known came from that one, or from one that nobody knows.
      return labelOf(rows.find(({ promoted_at }) => Date.parse(promoted_at!) <= at) ?? rows.at(-1)!);
    },
  };
}
