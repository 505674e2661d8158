// Options of every socket, made or accepted.
import { limits } from "../protocol/limits.ts";

/**
 * `allowHalfOpen`: FTP marks the end of a file by closing one direction. `noDelay`: a relay passes on what it gets at once.
 * `highWaterMark`: Node 20's default of 16 KiB costs throughput; see bench.
 */
export const socketOptions = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: limits.keepAliveDelayMs,
  highWaterMark: limits.streamBufferBytes,
} as const;
