// One exchange: the pair of data ends that one transfer will use, and what is known of each.
import type { Command } from "../command.ts";
import type { HostPort } from "../host-port.ts";
import type { Reply } from "../reply.ts";
import type { Direction } from "./messages.ts";
import type { Slot } from "./reply-order.ts";
import type { DataState, FinalReply } from "./settlement.ts";

/** How the data connection on the server's side is opened. */
export type BackMethod = "epsv" | "pasv" | "active" | "default-port";

export interface FrontEnd {
  readonly kind: "passive" | "active" | "default-port";
  /** Where PORT, EPRT or LPRT pointed. */
  readonly target?: HostPort;
  /** The client's passive command, which waits for our listener. */
  asked?: { readonly verb: string; readonly slot: Slot } | undefined;
  state: "idle" | "opening" | "open";
}

/** `listening`: we ask the SSH server for a port. `asked`: a command is on its way to the FTP server. `ready`: a transfer may begin. */
export interface BackEnd {
  method: BackMethod;
  state: "unprepared" | "listening" | "asked" | "ready" | "opening" | "open" | "failed";
  /** Passive: the server's data port. */
  port: number;
  /** Why nothing worked. */
  failure: string;
  /** The server's own word against the transfer, before its command was sent (PRET). */
  refusal?: Reply | undefined;
  /** Why what works may not be enough. */
  warning: string | undefined;
}

export interface Transfer {
  readonly verb: string;
  readonly command: Command;
  /** REST stood before it. */
  readonly restarted: boolean;
  readonly direction: Direction;
  /** Undefined once the client has been answered: the server's own reply, when it comes, is for nobody. */
  slot: Slot | undefined;
  data: DataState;
  final: FinalReply;
  finalReply: Reply | undefined;
  preliminary: boolean;
}

export interface Exchange {
  readonly id: number;
  front: FrontEnd | undefined;
  readonly back: BackEnd;
  transfer: Transfer | undefined;
  /** The server refused a transfer on it before it began: good for another try, not for another PASV or PORT. */
  refused: boolean;
}

export function newExchange(id: number, method: BackMethod): Exchange {
  return {
    id,
    front: undefined,
    back: { method, state: "unprepared", port: 0, failure: "", warning: undefined },
    transfer: undefined,
    refused: false,
  };
}
