/**
 * What a table made of an object literal says of a name that came from outside. Such a table also answers to `constructor`
 * and `__proto__`, with what it inherits.
 */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
