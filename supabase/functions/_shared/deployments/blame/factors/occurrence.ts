/**
 * How many of the lists have one of these words. The lists are indexed once: a service has hundreds of issues, and each of a hundred
 * changes asks about them.
 */
export function occurrence(lists: readonly Iterable<string>[]): (words: readonly string[]) => number {
  const places = new Map<string, number[]>();
  for (const [index, list] of lists.entries()) {
    for (const word of list) {
      const known = places.get(word);
      if (known) known.push(index);
      else places.set(word, [index]);
    }
  }
  return (words) => new Set(words.flatMap((word) => places.get(word) ?? [])).size;
}
