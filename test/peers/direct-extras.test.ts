// Odd names, aborts, many sessions and third-party transfers without a tunnel: what real clients and servers do with them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curl } from "../support/clients/curl.ts";
import { ftpClients } from "../support/clients.ts";
import { type FtpServer, ftpServers, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { expectInterruptedDownload, expectKilledTransfer, placeHugeFile } from "./aborts.ts";
import { expectIacInName, expectOddNames } from "./odd-names.ts";
import { expectParallelSessions } from "./parallel.ts";
import { directly } from "./session.ts";
import { thirdParty } from "./third-party.ts";

watchResources();

const clientNames = ["curl", "lftp", "tnftp", "inetutils-ftp"] as const;

for (const kind of ["vsftpd", "proftpd"] as const) {
  describePeers([kind, ...clientNames], `${kind} directly`, () => {
    let server: FtpServer;
    beforeAll(async () => {
      // By default ProFTPD waits 10 s for a client that aborts and does not close the data connection.
      server = await ftpServers[kind](kind === "proftpd" ? { lines: ["TimeoutLinger 1"] } : {});
    });
    afterAll(() => server.stop());

    // Not a passive mode: curl 7.88 waits a second when the reply to EPSV or PASV is there before it looks.
    test.each(ftpClients)("$name says odd names", async (client) => {
      await expectOddNames(client, "port", directly(server));
    });

    test("curl says names with the byte 0xFF", async () => {
      await expectIacInName(curl, "port", directly(server));
    });

    test("20 curls at the same time upload and download", async () => {
      await expectParallelSessions(directly(server));
    });

    describe("a transfer that is aborted", () => {
      beforeAll(() => placeHugeFile(directly(server)));

      test.each(["tnftp", "inetutils-ftp"] as const)("%s interrupts a download and goes on", async (client) => {
        await expectInterruptedDownload(client, directly(server), { isDirect: true });
      });

      test.each(["get", "put"] as const)("lftp kills a %s and goes on", async (direction) => {
        await expectKilledTransfer(direction, directly(server));
      });
    });
  });
}

describePeers(["vsftpd", "proftpd", "lftp"], "a third-party transfer directly", () => {
  test.each([true, false])("is refused by servers at different addresses (passive source: %s)", async (passive) => {
    await using from = await startVsftpd({ address: "127.0.0.2" });
    await using to = await startProftpd({ address: "127.0.0.3" });
    // lftp does not give up by itself.
    const result = await thirdParty(directly(from), directly(to), passive, {
      enough: /^<--- 500 Illegal PORT command/m,
    });
    expect(result.stderr).toMatch(/^<--- 500 Illegal PORT command/m);
    expect(() => to.content("copy")).toThrow(/ENOENT/);
  });
});
