// What can be seen of a world: packets and what became of them, and calls of the system that failed.
import type { Packet } from "./links/packet.ts";

export type Observation =
  /** A packet left a node; `wire` is `lo` for one that stays on its host. */
  | { readonly type: "packet"; readonly node: string; readonly wire: string; readonly packet: Packet }
  /** It came to its end at a node or on a wire, and why. */
  | { readonly type: "dropped"; readonly node: string; readonly reason: string; readonly packet: Packet }
  /** A call of a program on a host failed: `connect 10.0.0.2:21`, `ECONNREFUSED`. */
  | { readonly type: "failed"; readonly node: string; readonly call: string; readonly system: string };

/** Must not throw. */
export type Observer = (observation: Observation, atMs: number) => void;
