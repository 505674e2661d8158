// Our client with real servers: every mode, there and back, and what happens when it is told to stop.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FtpClient, type FtpClientOptions } from "../../src/connect/index.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

const big = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7 + (index >> 9)) & 255));

for (const kind of ["vsftpd", "proftpd"] as const) {
  for (const address of ["127.0.0.1", "::1"]) {
    describePeers([kind], `${kind} on ${address}`, () => {
      let server: FtpServer;
      beforeAll(async () => {
        server = await ftpServers[kind]({ address });
      });
      afterAll(() => server.stop());

      const open = (options: Partial<FtpClientOptions> = {}): Promise<FtpClient> =>
        FtpClient.connect({
          host: address,
          port: server.port,
          user: server.user,
          password: server.password,
          ...options,
        });

      for (const mode of ["auto", "passive", "active"] as const) {
        describe(mode, () => {
          test("a file goes there and back, twice, and is listed", async () => {
            const here = makeTempDir("client");
            writeFileSync(here.file("up"), big);
            await using client = await open({ mode });
            for (const name of ["one file", "zwei ä"]) {
              const up = await client.uploadFile(here.file("up"), name);
              expect(up).toMatchObject({ bytes: big.length, verified: "size", attempts: 1 });
              expect(server.content(name).equals(big)).toBe(true);
              const down = await client.downloadFile(name, here.file("down"));
              expect(down).toMatchObject({ bytes: big.length, verified: "size", mode: client.mode });
              expect(readFileSync(here.file("down")).equals(big)).toBe(true);
            }
            const { entries, unread } = await client.list();
            expect(entries.map(({ name, size, type }) => [name, size, type])).toEqual(
              expect.arrayContaining([
                ["one file", big.length, "file"],
                ["zwei ä", big.length, "file"],
              ]),
            );
            expect(unread).toEqual([]);
            await client.remove("one file");
            await client.remove("zwei ä");
            here.remove();
          });
        });
      }
    });
  }
}
