import type { PaymentService } from "../../examples/shop/payment-service.ts";
import type { Json } from "../../supabase/functions/_shared/platform/json.ts";
import type { LabProject } from "./project.ts";

/** One shop under load, with a project of its own. */
export interface Ward {
  project: LabProject;
  payments: PaymentService;
  /** Its tables; names of schema and sessions are its own. Null where the shop keeps its data in memory. */
  database: { schema: string; application: string } | null;
  set(key: string, value: Json, reason: string): Promise<void>;
  /** A statement as the owner of the database. */
  sql(statement: string): Promise<Record<string, unknown>[]>;
  /** Another session of the application, which the shop does not know of. It is ended with the ward. */
  session(purpose: string): Promise<{ run(statement: string): Promise<unknown> }>;
  /** Messages that people got in their chat. */
  messages: string[];
  /** Done when the ward ends. */
  onEnd(task: () => Promise<void>): void;
  /** Applied fixes that did more than inform. */
  appliedFixes(): Promise<number>;
}

export interface World {
  /** One, or as many as `Scenario.wards` says. */
  wards: readonly [Ward, ...Ward[]];
  /** Says that the fault begins now. */
  begin(): void;
  pause(ms: number): Promise<void>;
  /** Something that must not have happened. */
  object(what: string): void;
}

/** A way to break the shop. */
export interface Scenario {
  name: string;
  title: string;
  /** Whether Prunella has a way to heal it. */
  healable: boolean;
  /** The cause is a change of the configuration. */
  isConfiguration?: boolean;
  wards?: number;
  /** Whether the shop needs tables in Postgres, and how many old orders are in them. */
  database?: { orders: number };
  /** Values beyond those of a well shop. */
  configuration?: Record<string, Json>;
  declarations?: Record<string, Json>;
  catalogueMs?: number;
  perSecond?: number;
  mix?: Record<string, number>;
  /** Breaks it. Calls `world.begin()` at the moment of the fault. */
  break(world: World): Promise<void>;
  /** How long healing may take, in milliseconds; 45 s unless told. */
  timeoutMs?: number;
  /** How long the shop must be well before it counts, in milliseconds; 4 s unless told. */
  calmMs?: number;
  /** What else must hold once it has healed. */
  afterwards?(world: World): Promise<void>;
}
