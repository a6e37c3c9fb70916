/** Adapters on lower floors throw it as well, so the class lives there. */
export * from "../platform/action-error.ts";
