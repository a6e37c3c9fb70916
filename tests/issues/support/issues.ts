import { type Answer, type Tenants, tenants } from "../../http/support/tenants.ts";

export type Caller = Parameters<Tenants["call"]>[0];

/** Tenants whose projects take events in, as applications send them. */
export interface IssueTenants extends Tenants {
  ingestKey: string;
  /** Sends plain events through the function `ingest`; returns the ids of their issues, in the order of the events. */
  send(events: Record<string, unknown>[], project?: number): Promise<number[]>;
  /** One event with a message that no other has; returns its issue. */
  issue(project?: number): Promise<number>;
  /** Lets ingest follow settings that were just changed: it keeps them for ten seconds with each key, so a new key is used. */
  settingsAreRead(): Promise<void>;
  column<T>(issue: number, name: string): Promise<T>;
}

export async function issueTenants(): Promise<IssueTenants> {
  const base = await tenants();
  const keys = new Map<number, string>();
  const renewKeys = async () => {
    for (const project of [base.project, base.otherProject]) {
      const [row] = await base.platform.sql(
        "insert into ingest_keys (project_id) values ($1) returning public_key",
        [project],
      );
      keys.set(project, String(row!.public_key));
    }
  };
  await renewKeys();
  const send = async (events: Record<string, unknown>[], project = base.project): Promise<number[]> => {
    const response = await base.platform.call(
      `ingest/api/${project}/events?sentry_key=${keys.get(project)}`,
      {
        method: "POST",
        body: JSON.stringify(events),
      },
    );
    if (response.status !== 200) throw new Error(`ingest answered ${response.status}`);
    const { ids } = await response.json() as { ids: string[] };
    const rows = await base.platform.sql(
      "select event_id, issue_id from error_events where project_id = $1 and event_id = any ($2::uuid[])",
      [project, ids],
    );
    const issues = new Map(
      rows.map((row) => [String(row.event_id).replaceAll("-", ""), Number(row.issue_id)]),
    );
    return ids.map((id) => issues.get(id)!);
  };
  return {
    ...base,
    ingestKey: keys.get(base.project)!,
    send,
    settingsAreRead: renewKeys,
    async issue(project) {
      const [issue] = await send([{ message: `something ${word()} is ${word()}` }], project);
      return issue!;
    },
    async column<T>(issue: number, name: string): Promise<T> {
      const [row] = await base.platform.sql(`select ${name} as value from detected_errors where id = $1`, [
        issue,
      ]);
      return row!.value as T;
    },
  };
}

/** A word of letters alone, which masking takes for no id. There are 250,000, so that a few dozen differ. */
export function word(): string {
  const syllables = ["ba", "do", "ki", "lu", "me", "no", "pa", "ri", "so", "tu", "va", "we"];
  return Array.from(crypto.getRandomValues(new Uint8Array(5)), (n) => syllables[n % syllables.length]).join(
    "",
  );
}

/** Codes of the answers that callers get who may not. */
export function refusal({ status, json }: Answer): [number, string | undefined] {
  return [status, json?.error?.code];
}
