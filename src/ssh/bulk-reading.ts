// What SSH brings is read in large pieces: into memory that is filled read by read, and while much comes once in a millisecond.
//
// sshd sends one packet of 32 KiB at a time. Who reads each as it comes is woken for each, and wakes the FTP client for each: that was
// a third of the processor time of a download. What waits meanwhile lies in the system's buffer, within the channel's window.
import type { OnReadOpts, Socket } from "node:net";
import { ReadSlab } from "../platform/read-slab.ts";
import { limits } from "../protocol/limits.ts";

export interface BulkReader {
  /** Made with the option `onread` that this returns. */
  readonly socket: () => Socket;
  /** Gets what was read, which stays valid. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** With so much in one read the system's buffer was full, or nothing may wait there: it is read again at once. */
  readonly fullBytes: () => number;
}

export function bulkReading({ socket, onBytes, fullBytes }: BulkReader): OnReadOpts {
  const slab = new ReadSlab();
  let roomBytes = 0;
  const goOn = (): void => {
    if (!socket().destroyed && !socket().isPaused()) socket().resume();
  };
  return {
    buffer: () => {
      const room = slab.room();
      roomBytes = room.length;
      return room;
    },
    callback: (count) => {
      onBytes(slab.take(count));
      if (count < limits.sshBulkReadBytes || count >= Math.min(fullBytes(), roomBytes)) return true;
      setTimeout(goOn, limits.sshBulkPauseMs); // not unref'd: the socket itself keeps the program alive only while it is read
      return false;
    },
  };
}
