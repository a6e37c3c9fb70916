/** Thrown by a check that cannot be made here; its message says what is missing. */
export class Skipped extends Error {
  override name = "Skipped";
}
