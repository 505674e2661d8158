// Servers that are known to read a command only when the transfer before it is over.
import type { Reply } from "../reply.ts";

/**
 * By their greetings. All of them end their side of a data connection behind their last byte, so whoever has seen that end
 * may send the next commands and need not wait for the 226. Others may answer them in the transfer's place (ProFTPD: 450),
 * or break it off. Each is tested in test/peers.
 */
const greetings: readonly RegExp[] = [/\(vsFTPd \d/, /^220 Sallyport FTP server\./];

/** True where commands may follow the end of the data at once. */
export function readsInOrder(greeting: Reply): boolean {
  return greeting.lines.some((line) => greetings.some((known) => known.test(line)));
}
