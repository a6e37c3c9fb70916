/** Share of lines whose cluster holds exactly the lines of their true template. */
export function groupingAccuracy(truth: readonly string[], clusters: readonly number[]): number {
  const linesOf = new Map<string, number[]>();
  const sizes = new Map<number, number>();
  truth.forEach((label, index) => {
    const lines = linesOf.get(label);
    if (lines) lines.push(index);
    else linesOf.set(label, [index]);
    sizes.set(clusters[index]!, (sizes.get(clusters[index]!) ?? 0) + 1);
  });
  let right = 0;
  for (const lines of linesOf.values()) {
    const cluster = clusters[lines[0]!]!;
    if (sizes.get(cluster) === lines.length && lines.every((line) => clusters[line] === cluster)) {
      right += lines.length;
    }
  }
  return truth.length === 0 ? 0 : right / truth.length;
}

/**
 * Templates as the literature compares them: a word that holds a variable is a variable, numbers are variables, and
 * variables side by side are one.
 */
export function comparableTemplate(template: string): string {
  let text = template.replace(/\s+/g, " ").trim()
    .split(/([\s,!;:=|"'[\](){}])/)
    .map((part) =>
      /<\*>/.test(part) || /^[+-]?\d+(?:\.\d+)*$/.test(part) || /^0x[0-9a-f]+$/i.test(part) ? "<*>" : part
    )
    .join("");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/<\*>[ .,:;/@#+_-]*<\*>/g, "<*>");
  }
  return text;
}

/** Share of lines whose template is the true one; null when none is known. */
export function parsingAccuracy(truth: readonly (string | null)[], found: readonly string[]): number | null {
  const memo = new Map<string, string>();
  const comparable = (template: string) => {
    let known = memo.get(template);
    if (known === undefined) memo.set(template, known = comparableTemplate(template));
    return known;
  };
  let stated = 0;
  let right = 0;
  truth.forEach((template, index) => {
    if (template === null) return;
    stated++;
    if (comparable(template) === comparable(found[index]!)) right++;
  });
  return stated === 0 ? null : right / stated;
}
