import type { Scrubber } from "../scrub/scrubber.ts";
import type { HashUser } from "../scrub/user-hash.ts";
import type { ErrorEvent, Heartbeat, Signals } from "../event.ts";
import { TrafficSum } from "./traffic-sum.ts";

/** What parsing needs to know beside the payload itself. */
export interface ParseContext {
  receivedAt: Date;
  scrubber: Scrubber;
  hashUser: HashUser;
  /** 32 hex digits that nobody has used, for events that came without an id. */
  newId(): string;
}

/** Collects what the items of one request bring. */
export class SignalsBuilder {
  readonly events: ErrorEvent[] = [];
  readonly traffic = new TrafficSum();
  readonly heartbeats: Heartbeat[] = [];
  /** Parts that could not be used, in words for the sender. */
  readonly problems: string[] = [];

  build(): Signals {
    return { events: this.events, traffic: this.traffic.minutes(), heartbeats: this.heartbeats };
  }
}
