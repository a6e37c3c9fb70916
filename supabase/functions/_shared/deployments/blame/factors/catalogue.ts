import { companions } from "./companions.ts";
import { dependency } from "./dependency.ts";
import type { FactorRule } from "./factor.ts";
import { files } from "./files.ts";
import { flags } from "./flags.ts";
import { kind } from "./kind.ts";
import { mention } from "./mentions.ts";
import { place } from "./place.ts";
import { siblings } from "./siblings.ts";
import { source } from "./source.ts";
import { traffic } from "./traffic.ts";
import { users } from "./users.ts";
import { words } from "./words.ts";

/** Every kind of evidence besides counts over time. Each is independent of the others given the cause, as far as we know. */
export const FACTORS: readonly FactorRule[] = [
  kind,
  files,
  mention,
  words,
  source,
  flags,
  users,
  dependency,
  traffic,
  companions,
  place,
  siblings,
];
