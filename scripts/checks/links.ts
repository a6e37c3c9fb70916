import { sourceFiles } from "./source-files.ts";

/** `[text](target)` and `![text](target)`, without titles; code is removed before. */
const LINK = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;
const CODE = /^(```|~~~)[\s\S]*?^\1|`[^`\n]*`/gm;

/** Relative links in Markdown files lead to files and headings that exist. */
export async function links(root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const file of await sourceFiles(root, ".md")) {
    const text = await Deno.readTextFile(`${root}/${file}`);
    for (const target of targetsOf(text)) {
      const [path = "", heading] = target.split("#");
      const linked = path === "" ? file : new URL(path, `file:///${file}`).pathname.slice(1);
      const found = await stat(`${root}/${decodeURI(linked)}`);
      if (!found) problems.push(`${file} links to ${target}, which does not exist`);
      else if (heading && linked.endsWith(".md")) {
        const headings = headingsOf(await Deno.readTextFile(`${root}/${decodeURI(linked)}`));
        if (!headings.has(heading)) {
          problems.push(`${file} links to ${target}, but ${linked} has no such heading`);
        }
      }
    }
  }
  return problems;
}

/** The targets of relative links, those to other sites left out. */
export function targetsOf(markdown: string): string[] {
  return [...markdown.replace(CODE, "").matchAll(LINK)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target));
}

/** The anchors that GitHub gives to the headings of a document. */
function headingsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const match of markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const anchor = (match[1] ?? "").toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(
      /\s/g,
      "-",
    );
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}
