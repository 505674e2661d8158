// Transfers that the user aborts, and the session goes on. The three clients that can do it do it differently:
// tnftp and inetutils ftp on SIGINT send IAC IP IAC (urgent) DM ABOR for a download; for an upload they only close the data
// connection, and the server takes what it has for complete (226). lftp sends ABOR for both.
import { truncateSync } from "node:fs";
import { expect } from "vitest";
import { lftpOpen } from "../support/clients/lftp.ts";
import type { ClientResult } from "../support/clients/run-client.ts";
import { runBsdFtp, runLftp } from "../support/clients.ts";
import { hasOpen } from "../support/processes.ts";
import { until } from "../support/until.ts";
import type { Place } from "./session.ts";

const hugeBytes = 20 * 1024 ** 3; // sparse: takes no room, and no machine sends it before we have stopped it

/** A file of zeros that no transfer finishes. */
export function placeHugeFile(place: Place): void {
  place.server.place("huge", "");
  truncateSync(`${place.server.root}/huge`, hugeBytes);
}

/**
 * tnftp and inetutils ftp: a download is interrupted; the listing after it works in the same session. `isDirect`: ProFTPD
 * may overlook the urgent byte of ABOR then, and the client takes all that comes, to its 226.
 */
export async function expectInterruptedDownload(
  client: "tnftp" | "inetutils-ftp",
  place: Place,
  { isDirect = false } = {},
): Promise<void> {
  const { host, port, user, password } = place.target;
  const commands = [
    `open ${host} ${port}`,
    `user ${user} "${password}"`,
    "binary",
    "get huge /dev/null",
    client === "tnftp" ? "ls" : "dir",
  ];
  const result = await runBsdFtp(client, commands, {
    onStart: (child) => void whenReceiving(child.pid ?? -1).then(() => child.kill("SIGINT")),
  });
  expectAborted(result, place, isDirect ? /^[24]26 .*\s+22[56] /m : /^426 .*\s+22[56] /m);
}

/** lftp: a transfer in the background is killed when its first bytes have arrived; the listing after it works, in the same session. */
export async function expectKilledTransfer(direction: "get" | "put", place: Place): Promise<void> {
  const { root } = place.server;
  const sent = `huge-${place.target.port}`;
  const [transfer, arriving] =
    direction === "get" ? ["get huge -o taken", "taken"] : [`put ${root}/huge -o ${sent}`, `${root}/${sent}`];
  const begun = `shell "until test -s ${arriving}; do sleep 0.02; done"`;
  const result = await runLftp(
    `set net:limit-rate 20M; ${lftpOpen(place.target)}; ls; ${transfer} & ${begun}; kill all; sleep 0.2; ls`,
  );
  expect(result.stderr).toContain(direction === "get" ? "RETR huge" : "STOR huge");
  if (direction === "get") expect(result.stderr).toContain("---> ABOR");
  expect(result.stderr).not.toContain("server bug");
  expect(result.stdout.match(/ huge$/gm)?.length, result.stdout).toBe(2); // both listings
}

function expectAborted(result: ClientResult, place: Place, replies: RegExp): void {
  const output = result.stdout + result.stderr;
  expect(result.exit, output).toBe(0);
  expect(output).toMatch(/(receive|send) aborted/);
  // One for the transfer, then 226 or 225 for ABOR (RFC 959 section 4.1.3).
  expect(output).toMatch(replies);
  expect(output.slice(output.search(/^22[56] /m)), output).toMatch(/^-rw.* huge\r?$/m);
  expect(place.server.log()).toMatch(/ABOR/);
}

/** Both open the local file only after the reply 150; before that SIGINT makes them leave with "421 user interrupt". */
function whenReceiving(client: number): Promise<true> {
  return until("the client opens its file", () => hasOpen(client, "/dev/null"));
}
