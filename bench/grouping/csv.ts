import type { LabelledLine } from "../synthetic-logs/generate.ts";

/** Rows of a CSV text (RFC 4180): quoted cells may hold commas, quotes and line breaks; a quote inside other cells is text. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === ",") {
      row.push(cell);
      cell = "";
    } else if (character === "\n") {
      row.push(cell.endsWith("\r") ? cell.slice(0, -1) : cell);
      rows.push(row);
      row = [];
      cell = "";
    } else cell += character;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  return rows;
}

/**
 * The labelled lines of a file. The cluster of a line is its `EventId`, or where there is none its `EventTemplate`; without
 * templates there is no parsing accuracy.
 *
 * @throws Error when a column is missing that nothing else can stand for.
 */
export function labelledLines(csv: string, name: string): LabelledLine[] {
  const [header = [], ...rows] = parseCsv(csv.replace(/^\ufeff/, ""));
  const titles = header.map((title) => title.trim());
  const content = titles.indexOf("Content");
  const template = titles.indexOf("EventTemplate");
  const eventId = titles.includes("EventId") ? titles.indexOf("EventId") : template;
  if (content < 0) throw new Error(`${name} has no column "Content"`);
  if (eventId < 0) throw new Error(`${name} has neither a column "EventId" nor "EventTemplate"`);
  // A line break at the end of the file is no row; a row that is cut short has no label.
  const whole = rows.filter((row) => row.length > Math.max(content, eventId));
  return whole.map((row) => ({
    content: row[content]!,
    eventId: row[eventId]!,
    template: template < 0 ? null : row[template] ?? null,
  }));
}

const FILE = /log_structured\w*\.csv$/;

/** Paths of the labelled sets in a folder and in the folders in it, in order of their names. */
export async function labelledFiles(folder: string, depth = 1): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && depth > 0) files.push(...await labelledFiles(path, depth - 1));
    else if (!entry.isDirectory && FILE.test(entry.name)) files.push(path);
  }
  return files.sort();
}

/** `Apache` of `sets/Apache_2k.log_structured.csv`. */
export function setName(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.replace(/(?:_\d+k)?\.?log_structured\w*\.csv$/, "") || file;
}
