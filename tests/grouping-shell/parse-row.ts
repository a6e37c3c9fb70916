import type { Row } from "../../supabase/functions/_shared/signals/ingest/rows.ts";

/** What a row on its way to the database says. */
export const parseRow = (row: Row): Record<string, unknown> => JSON.parse(row.json);
