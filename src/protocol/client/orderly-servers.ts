// Servers that are known to read a command only when the transfer before it is over.
import type { Reply } from "../reply.ts";

/**
 * By their greetings. They end their side of a data connection behind the last byte, so whoever has seen that end may send
 * the next commands and need not wait for the 226. Others may answer those in the transfer's place, or break it off for them.
 * Each is tested in test/peers.
 */
const greetings: readonly RegExp[] = [/\(vsFTPd \d/, /^220 Sallyport FTP server\./];

/** True where commands may follow the end of the data at once. */
export function readsInOrder(greeting: Reply): boolean {
  return greeting.lines.some((line) => greetings.some((known) => known.test(line)));
}
