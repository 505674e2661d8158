// Real clients with real servers, no tunnel between them: proves the rigs, and that every mode works where nothing is in
// the way.
import { afterAll, beforeAll, test } from "vitest";
import { ftpClients } from "../support/clients.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { directly, expectWholeSession } from "./session.ts";

watchResources();

for (const kind of ["vsftpd", "proftpd"] as const) {
  for (const client of ftpClients) {
    describePeers([kind, client.name], `${client.name} and ${kind} directly`, () => {
      let server: FtpServer;
      beforeAll(async () => {
        server = await ftpServers[kind]();
      });
      afterAll(() => server.stop());

      test.each(client.modes)("%s: list, get, put, append, resume, ASCII, 0 bytes, 1 byte, delete", async (mode) => {
        await expectWholeSession(client, mode, directly(server));
      });
    });
  }
}
