// What a connection machine reports. `channel` is our own number of it.
import type { SallyportError } from "../../protocol/error.ts";
import type { DirectionState } from "./half-close.ts";

export type ConnectionEvent =
  /** Send this now; the machine answers some messages by itself. */
  | { readonly type: "write"; readonly bytes: Uint8Array }
  | { readonly type: "opened"; readonly channel: number }
  /** RFC 4254 section 5.1: the reason code, and the server's words, one character per byte. The channel is gone. */
  | { readonly type: "refused"; readonly channel: number; readonly reason: number; readonly description: string }
  /** `bytes` is a view of what was put in. Whoever takes them says so with `consume`. */
  | { readonly type: "data"; readonly channel: number; readonly bytes: Uint8Array }
  /** `kind` 1 is standard error. Counts like data. */
  | { readonly type: "extended-data"; readonly channel: number; readonly kind: number; readonly bytes: Uint8Array }
  /** More can be sent: `sendable` has grown. */
  | { readonly type: "window"; readonly channel: number }
  /** The peer sends no more data. We still may. */
  | { readonly type: "eof"; readonly channel: number }
  | { readonly type: "exit-status"; readonly channel: number; readonly status: number }
  /** The answer to our own request on the channel. */
  | { readonly type: "reply"; readonly channel: number; readonly ok: boolean }
  /** The channel is gone. `broken` in a direction: its data may be incomplete, no end-of-file was sent in it. */
  | {
      readonly type: "closed";
      readonly channel: number;
      readonly input: DirectionState;
      readonly output: DirectionState;
      /** We sent our CLOSE before the peer did. */
      readonly byUs: boolean;
    }
  /** The peer broke the protocol. Nothing comes after it. */
  | { readonly type: "failed"; readonly error: SallyportError };
