// A connection that puts what arrives where its reader says, so that a large file does not need a new buffer for each piece.
import type { Connection } from "./network.ts";

/** Where the bytes go. Both are called from within the connection and must not throw. */
export interface Receiver {
  /** The next bytes may be put at the beginning of it. Never empty; stays the receiver's. */
  room(): Uint8Array;
  /**
   * So many bytes were put at the beginning of the room that was asked for last. False: enough for now, until more is
   * asked for; what is already on its way through this program comes none the less.
   */
  filled(count: number): boolean;
}

/** Found by its method, as not every connection can. */
export interface ReceivesInto {
  /**
   * From the first byte that nobody has read yet, in place of `data` events, which must not be listened for. The end and
   * the errors come as ever. Once for each connection. Begins to read, and returns what asks for more.
   */
  receiveInto(receiver: Receiver): () => void;
}

export function receivesInto(connection: Connection): connection is Connection & ReceivesInto {
  return "receiveInto" in connection && connection.receiveInto !== undefined;
}
