// ssh2 answers whatever it is asked, however much a client leaves unread.
import type { Duplex } from "node:stream";
import { limits } from "../../../protocol/limits.ts";

/** A client that reads no answers is read no further until it does. Channel data stops long before. */
export function pauseWhileUnread(stream: Duplex): void {
  stream.on("data", () => {
    if (stream.writableLength <= limits.sshServerUnreadBytesMax || stream.isPaused()) return;
    stream.pause();
    stream.once("drain", () => stream.resume());
  });
}
