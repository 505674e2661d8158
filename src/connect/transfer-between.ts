// Third-party transfers between two clients.
import { holderOf } from "../client/client-calls.ts";
import { transferBetween as between, type ThirdPartyOptions, type ThirdPartyResult } from "../client/third-party.ts";
import { SallyportError } from "../protocol/error.ts";
import type { FtpClient } from "./ftp-client.ts";

/**
 * Has one server send a file to another (RFC 959 section 5.2). Both must allow it, or be reached through one gateway.
 *
 * @throws SallyportError `FTP_REPLY_*` when one of them refuses, `NET_UNSUPPORTED` inside TLS when none of them can be
 * the other's TLS client (SSCN, CPSV), `FTP_TRANSFER`, `FTP_VERIFY`; the signal's reason.
 * @example
 * await transferBetween(source, destination, "report.txt", "copy-of-report.txt");
 */
export async function transferBetween(
  source: FtpClient,
  destination: FtpClient,
  from: string,
  to: string,
  options: ThirdPartyOptions = {},
): Promise<ThirdPartyResult> {
  const [sender, receiver] = [holderOf(source), holderOf(destination)];
  if (sender === undefined || receiver === undefined) {
    throw new SallyportError("CONFIG_INVALID", "a third-party transfer needs two clients of connectFtp");
  }
  return await between(sender, receiver, from, to, options);
}
