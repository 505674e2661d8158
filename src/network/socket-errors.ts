// Makes a socket speak in SallyportErrors: in its `error` event and in its write callbacks.
import type { Socket } from "node:net";
import type { ErrorDetails } from "../protocol/error.ts";
import { translateSystemError } from "./system-error.ts";

/** `subject` names the connection in messages. */
export function translateErrors(socket: Socket, subject: string, details: ErrorDetails): void {
  const translate = (error: unknown, phase: string): Error =>
    translateSystemError(error, subject, { ...details, phase });
  const outcome = (error: Error | null | undefined): Error | null => {
    if (error) return translate(error, "write");
    // Node 20 reports writes that a destroyed socket never sent as done; later ones say ECANCELED.
    return socket.destroyed ? translate({ code: "ERR_STREAM_DESTROYED" }, "write") : null;
  };
  // node:net makes the sockets that a server accepts itself, so a subclass cannot do this.
  const { destroy, _write: write, _writev: writev } = socket;
  socket.destroy = (error) => destroy.call(socket, error && translate(error, "read"));
  socket._write = (chunk, encoding, done) => {
    write.call(socket, chunk, encoding, (error) => done(outcome(error)));
  };
  if (writev === undefined) return;
  socket._writev = (chunks, done) => {
    writev.call(socket, chunks, (error) => done(outcome(error)));
  };
}
