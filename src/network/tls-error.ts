// A connection inside TLS speaks in SallyportErrors.
import type { TLSSocket } from "node:tls";
import { isSallyportError } from "../protocol/error.ts";
import { translateErrors } from "./system-error.ts";

export function translateTlsErrors(socket: TLSSocket, remote: string): void {
  translateErrors(socket, () => ({ subject: `TLS connection with ${remote}`, details: { remote } }));
  // A broken record is reported without destroying the socket.
  socket.on("error", (error) => {
    if (!isSallyportError(error)) socket.destroy(error);
  });
}
