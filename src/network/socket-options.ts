// Options of every socket, made or accepted.
import { limits } from "../protocol/limits.ts";

/** Names as in net.createServer and net.connect. */
interface SocketOptions {
  /** FTP marks the end of a file by closing one direction. */
  readonly allowHalfOpen: true;
  /** A relay passes on what it gets at once. */
  readonly noDelay: true;
  /** A peer that vanished without a word is noticed. */
  readonly keepAlive: true;
  readonly keepAliveInitialDelay: number;
  /** Node's default differs between versions: 16 KiB on 20, 64 KiB from 22. */
  readonly highWaterMark: number;
}

export const socketOptions: SocketOptions = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: limits.keepAliveDelayMs,
  highWaterMark: limits.streamBufferBytes,
};
