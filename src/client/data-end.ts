// One data connection, arranged with the server.
import type { Connection } from "../platform/network.ts";
import { openActive } from "./active-data.ts";
import { openDefaultPort } from "./default-port-data.ts";
import { openPassive } from "./passive-data.ts";
import type { Talk } from "./talk.ts";

/** On its way from the moment it was opened. The promises cause no unhandled rejection. */
export interface DataEnd extends AsyncDisposable {
  /** `passive`, `active`, …, with the address, for messages and traces. */
  readonly how: () => string;
  /** The server has been asked: in a way that is proven the transfer command may follow. */
  readonly asked: Promise<void>;
  /** The server has agreed, so that the transfer command may be sent. */
  readonly ready: Promise<void>;
  /** The connection, in the clear. With an active end it comes only after the transfer command. */
  readonly connection: Promise<Connection>;
  /** What a 425 may mean here. */
  readonly warning?: () => string | undefined;
}

/** The transfer command that it is for. */
export interface Coming {
  readonly verb: string;
  /** For the wire. */
  readonly argument?: string;
  /** Begins messages. */
  readonly what: string;
}

/** By the mode that is chosen now. */
export function openDataEnd(talk: Talk, signal: AbortSignal, coming: Coming): DataEnd {
  const opening = { passive: openPassive, active: openActive, "default-port": openDefaultPort }[talk.modes.mode];
  const end = opening(talk, signal, coming);
  end.asked.catch(() => {});
  end.ready.catch(() => {});
  end.connection.catch(() => {});
  return end;
}
