/** A file that differs between what was deployed before and what is deployed now. */
export interface ChangedFile {
  path: string;
  /** The path before, of a file that was renamed. */
  previousPath: string | null;
  status: "added" | "modified" | "removed" | "renamed" | "other";
  /** Lines that were added or removed. */
  lines: number;
  /** Its part of the unified diff; null of a binary file or a large one. */
  patch: string | null;
}
