// The matrix: clients x front modes x back modes x servers through a tunnel of one transport. One sshd and one of each
// server for the whole file; a tunnel for each back mode, with a forward to each server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BackMode, openTunnel, type Tunnel, type TunnelOptions } from "../../src/index.ts";
import { curl } from "../support/clients/curl.ts";
import { frontModes } from "../support/clients/ftp-client.ts";
import { ftpClients } from "../support/clients.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { expectInterruptedDownload, expectKilledTransfer, placeHugeFile } from "./aborts.ts";
import { expectBigFile } from "./big-file.ts";
import { expectIacInName, expectOddNames } from "./odd-names.ts";
import { expectParallelSessions } from "./parallel.ts";
import { expectWholeSession, type Place } from "./session.ts";
import { expectThirdParty, thirdParty } from "./third-party.ts";

const kinds = ["vsftpd", "proftpd"] as const;
const upstreamModes: readonly BackMode[] = ["passive", "active"];

/** Every test of the matrix for one SSH transport. */
export function describeMatrix(transport: "openssh" | "embedded"): void {
  watchResources();
  describePeers(["sshd", ...kinds, "curl", "lftp", "tnftp", "inetutils-ftp"], `the ${transport} transport`, () => {
    let sshd: Sshd;
    let servers: Record<(typeof kinds)[number], FtpServer>;
    beforeAll(async () => {
      const [ssh, vsftpd, proftpd] = await Promise.all([startSshd(), startVsftpd(), startProftpd()]);
      sshd = ssh;
      servers = { vsftpd, proftpd };
    });
    afterAll(() => Promise.all([sshd, servers.vsftpd, servers.proftpd].map((one) => one.stop())));

    const open = (more: Partial<TunnelOptions>): Promise<Tunnel> =>
      openTunnel({
        ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
        transport,
        forwards: kinds.map((kind) => ({ port: 0, host: servers[kind].address, hostPort: servers[kind].port })),
        ...more,
      });

    describe.each(upstreamModes)("back %s", (back) => {
      let tunnel: Tunnel;
      beforeAll(async () => {
        tunnel = await open({ back });
      });
      afterAll(async () => {
        await tunnel.close();
        expect(await tunnel.closed).toBeUndefined();
      });
      const through = (kind: (typeof kinds)[number]): Place => placeBehind(tunnel, kinds.indexOf(kind), servers[kind]);

      for (const kind of kinds) {
        for (const client of ftpClients) {
          test.each(client.modes)(`${client.name} %s to ${kind}: the whole session`, async (mode) => {
            await expectWholeSession(client, mode, through(kind));
          });
        }
        test(`20 curls at the same time with ${kind}`, () => expectParallelSessions(through(kind)));
      }

      test.each(frontModes)("%s: 32 MB there and back", (mode) => expectBigFile(mode, through("vsftpd")));

      describe("a transfer that is aborted", () => {
        beforeAll(() => {
          for (const kind of kinds) placeHugeFile(through(kind));
        });
        test.each(kinds)("tnftp interrupts a download from %s and goes on", async (kind) => {
          await expectInterruptedDownload("tnftp", through(kind));
        });
        test.each(kinds)("inetutils ftp interrupts a download from %s and goes on", async (kind) => {
          await expectInterruptedDownload("inetutils-ftp", through(kind));
        });
        test.each(["get", "put"] as const)("lftp kills a %s and goes on", async (direction) => {
          await expectKilledTransfer(direction, through("vsftpd"));
        });
      });

      test.each([true, false])(
        "lftp copies from server to server, joined inside (passive source: %s)",
        async (passive) => {
          const result = await thirdParty(through("vsftpd"), through("proftpd"), passive);
          expectThirdParty(result, through("proftpd"));
        },
      );
    });

    describe("odd names", () => {
      let tunnel: Tunnel;
      beforeAll(async () => {
        tunnel = await open({});
      });
      afterAll(() => tunnel.close());
      for (const [index, kind] of kinds.entries()) {
        test.each(ftpClients.map((client) => [client.name, client] as const))(
          `%s says them to ${kind}`,
          async (_, client) => {
            await expectOddNames(client, "port", placeBehind(tunnel, index, servers[kind]));
          },
        );
        test(`curl says the byte 0xFF to ${kind}, and it means the same as without a tunnel`, async () => {
          await expectIacInName(curl, "port", placeBehind(tunnel, index, servers[kind]));
        });
      }
    });
  });
}

function placeBehind(tunnel: Tunnel, index: number, server: FtpServer): Place {
  const forward = tunnel.forwards[index];
  if (forward === undefined) throw new Error(`the tunnel has no forward ${index}`);
  const { user, password } = server;
  return { server, target: { host: forward.host, port: forward.port, user, password } };
}
