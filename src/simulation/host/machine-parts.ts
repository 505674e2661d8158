// What a connection is made of, and whom it tells.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Segment } from "../links/packet.ts";
import type { World } from "../world.ts";
import type { SystemRules } from "./system-rules.ts";

/** What a socket tells the program that has it. */
export interface SocketEvents {
  connected(): void;
  /** The system's name of the error. */
  failed(system: string): void;
  readable(): void;
  writable(): void;
}

export interface MachineParts {
  readonly world: World;
  readonly rules: SystemRules;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly segmentBytesMax: number;
  readonly sequence: number;
  readonly transmit: (segment: Segment) => void;
  /** One that came in has done its handshake: is there room for it? */
  readonly hasRoom: () => boolean;
  readonly arrived: () => void;
  /** Nothing of it is left. */
  readonly gone: () => void;
}
