// Third-party transfers between two clients.
import { FtpSession } from "../client/ftp-session.ts";
import { transferBetween as between, type ThirdPartyOptions, type ThirdPartyResult } from "../client/third-party.ts";
import { SallyportError } from "../protocol/error.ts";
import type { FtpClient } from "./ftp-client.ts";

/**
 * Has one server send a file to another (RFC 959 section 5.2). Both must allow it, or be reached through one gateway.
 *
 * @throws SallyportError `FTP_REPLY_*` when one of them refuses, `NET_UNSUPPORTED` inside TLS when none of them can be
 * the other's TLS client (SSCN, CPSV), `FTP_TRANSFER`, `FTP_VERIFY`.
 */
export async function transferBetween(
  source: FtpClient,
  destination: FtpClient,
  from: string,
  to: string,
  options: ThirdPartyOptions = {},
): Promise<ThirdPartyResult> {
  if (!(source instanceof FtpSession) || !(destination instanceof FtpSession)) {
    throw new SallyportError("CONFIG_INVALID", "a third-party transfer needs two clients of FtpClient.connect");
  }
  return await between(source.holder, destination.holder, from, to, options);
}
