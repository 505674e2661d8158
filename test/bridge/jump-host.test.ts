// A jump host of the bridge: -J reaches SSH as for the tunnel, in both ways to log in and in both transports.
import { appendFileSync } from "node:fs";
import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { openSftpFileSystem, openTunnel, type SshOptions, sshLogins } from "../../src/index.ts";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { bridge, startSftp } from "./rig.ts";

watchResources();

const me = userInfo().username;

/** Reads `/a` of the SFTP server, or only connects, by a jump host that the options name. */
const ways: readonly (readonly [name: string, user: string, read: (ssh: SshOptions) => Promise<string | undefined>])[] =
  [
    ...(["openssh", "embedded"] as const).map(
      (transport) =>
        [
          `one SSH identity, ${transport}`,
          me,
          async (ssh: SshOptions) => {
            await using files = await openSftpFileSystem({ ssh, transport });
            return await get(files, "/a");
          },
        ] as const,
    ),
    [
      "SSH users",
      "anna",
      async (ssh) => {
        await using front = await bridge({ authenticate: sshLogins({ ssh }), opensLate: true, ascii: "binary" });
        const client = await front.login("anna", "right");
        await client.ask("TYPE I", 200);
        return (await client.download("RETR a")).text;
      },
    ],
    [
      "a tunnel",
      me,
      async (ssh) => {
        await using tunnel = await openTunnel({
          ssh,
          transport: "embedded",
          forwards: [{ port: 0, host: "127.0.0.1", hostPort: 21 }],
        });
        return tunnel.forwards.length === 1 ? "text" : undefined;
      },
    ],
  ];

describePeers(["ssh"], "a jump host", () => {
  test.each(ways)("%s: the SSH server is reached through it, and only through it", async (_, user, read) => {
    await using target = await startSftp();
    const hop = await startSshServer();
    try {
      const lines = ["Host gate", "HostName 127.0.0.1", `Port ${hop.port}`, `User ${me}`, "IdentitiesOnly yes"];
      const keys = [`IdentityFile ${hop.files.identityFile}`, `UserKnownHostsFile ${hop.files.knownHosts}`];
      appendFileSync(target.configFile, `${[...lines, ...keys].join("\n")}\n`);
      await put(target.filesOf(user), "/a", "text");
      expect(await read({ host: target.hostAlias, configFile: target.configFile, jump: "gate" })).toBe("text");
      const logins = ({ events }: typeof hop): readonly string[] =>
        events.flatMap((event) => (event.type === "ssh-server.login" ? [event.user] : []));
      expect([logins(hop), logins(target)]).toEqual([[me], [user]]);
    } finally {
      await hop.stop();
    }
  });
});
