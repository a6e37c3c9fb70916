/** A file of a source whose content is at hand. */
export interface SourceFile {
  path: string;
  /** Its text, or what else tells it from another content. */
  content: string;
  isText: boolean;
}
