// Real clients with our own server behind a real sshd: the tunnel and the server understand each other in every mode.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BackMode, openTunnel, type Tunnel } from "../../src/index.ts";
import { curl } from "../support/clients/curl.ts";
import { ftpClients } from "../support/clients.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { expectKilledTransfer, placeHugeFile } from "./aborts.ts";
import { type OwnServer, openOwnServer } from "./own-server.ts";
import { expectWholeSession, type Place } from "./session.ts";

watchResources();

const upstreamModes: readonly BackMode[] = ["passive", "active"];

describePeers(["sshd", "curl", "lftp", "tnftp", "inetutils-ftp"], "our own server behind a tunnel", () => {
  let home: TempDir;
  let own: OwnServer;
  let sshd: Sshd;
  beforeAll(async () => {
    home = makeTempDir("own");
    [own, sshd] = await Promise.all([openOwnServer(home), startSshd()]);
  });
  afterAll(async () => {
    await Promise.all([own.server.close(), sshd.stop()]);
    home.remove();
  });

  describe.each(upstreamModes)("back %s", (back) => {
    let tunnel: Tunnel;
    let through: Place;
    beforeAll(async () => {
      const { port: hostPort } = own.place.target;
      tunnel = await openTunnel({
        ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
        back,
        forwards: [{ port: 0, host: "127.0.0.1", hostPort }],
      });
      const [forward] = tunnel.forwards;
      through = { ...own.place, target: { ...own.place.target, port: forward?.port ?? 0 } };
    });
    afterAll(() => tunnel.close());

    for (const client of ftpClients) {
      test.each(client.modes)(`${client.name} %s: the whole session`, async (mode) => {
        const before = own.events.length;
        await expectWholeSession(client, mode, through);
        const how = own.events.slice(before).flatMap((event) => (event.type === "data.open" ? [event.how] : []));
        expect(new Set(how)).toEqual(new Set([back]));
      });
    }

    test.each(["get", "put"] as const)("lftp kills a %s and goes on", async (direction) => {
      placeHugeFile(own.place);
      await expectKilledTransfer(direction, through);
    });
  });

  test("S18: back default-port, through an SSH server that sets SO_REUSEADDR", async () => {
    const ssh = await startSshServer();
    const here = makeTempDir("default");
    const tunnel = await openTunnel({
      ssh: { host: ssh.hostAlias, configFile: ssh.configFile },
      back: "default-port",
      forwards: [{ port: 0, host: "127.0.0.1", hostPort: own.place.target.port }],
    });
    try {
      own.place.server.place("file", "content");
      const target = { ...own.place.target, port: tunnel.forwards[0]?.port ?? 0 };
      const result = await curl.run(target, "epsv", [{ do: "get", remote: "file", local: here.file("file") }]);
      expect(result.exit, result.stderr).toBe(0);
      expect(readFileSync(here.file("file"), "utf8")).toBe("content");
      expect(own.events.findLast(({ type }) => type === "data.open")).toMatchObject({ how: "default-port" });
    } finally {
      await tunnel.close();
      await ssh.stop();
      here.remove();
    }
  });
});
