// A file goes from one server to another on a client's word alone (RFC 959 section 2.3): PASV at one, PORT at the other.
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { lftpOpen, quoted } from "../support/clients/lftp.ts";
import type { ClientResult, RunOptions } from "../support/clients/run-client.ts";
import { runLftp } from "../support/clients.ts";
import { expectSameBytes, type Place } from "./session.ts";

const megabyte = randomBytes(1_000_000);

/** lftp copies a file from one place to another. With `ftp:fxp-force` it does not fall back to carrying the data itself. */
export async function thirdParty(
  from: Place,
  to: Place,
  fxpPassiveSource: boolean,
  o?: RunOptions,
): Promise<ClientResult> {
  from.server.place("source", megabyte);
  const { user, password, host, port } = to.target;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return await runLftp(
    [
      "set ftp:use-fxp on; set ftp:fxp-force on",
      `set ftp:fxp-passive-source ${fxpPassiveSource ? "on" : "off"}`,
      lftpOpen(from.target),
      `get source -o ${quoted(`ftp://${login}@${host}:${port}/copy`)}`,
    ].join("; "),
    o,
  );
}

/** The copy is complete, and the data did not come through lftp. */
export function expectThirdParty(result: ClientResult, to: Place): void {
  expect(result.exit, result.stderr).toBe(0);
  expect(result.stderr).toMatch(/---> PORT /);
  expect(result.stderr).toMatch(/---> PASV/);
  expect(result.stderr).not.toMatch(/Connecting data socket|Accepted data connection/);
  expectSameBytes(to.server.content("copy"), megabyte, "copy");
}
