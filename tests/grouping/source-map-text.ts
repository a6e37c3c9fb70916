/** Mapping segments of one generated line: generated column, source line, source column, name. All count from 0. */
export function encode(segments: [number, number, number, number | null][]): string {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const vlq = (value: number) => {
    let rest = value < 0 ? (-value << 1) | 1 : value << 1;
    let text = "";
    do {
      const digit = rest & 31;
      rest >>>= 5;
      text += digits[rest > 0 ? digit | 32 : digit];
    } while (rest > 0);
    return text;
  };
  let [column, line, sourceColumn, name] = [0, 0, 0, 0];
  return segments.map(([nextColumn, nextLine, nextSourceColumn, nextName]) => {
    let text = vlq(nextColumn - column) + vlq(0) + vlq(nextLine - line) +
      vlq(nextSourceColumn - sourceColumn);
    [column, line, sourceColumn] = [nextColumn, nextLine, nextSourceColumn];
    if (nextName !== null) {
      text += vlq(nextName - name);
      name = nextName;
    }
    return text;
  }).join(",");
}
