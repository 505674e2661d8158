// The files of an SFTP server for FTP users of the bridge's own.

import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { openSftpFileSystem } from "../../src/index.ts";
import { get, names, put } from "../../src/testing/file-system/subject.ts";
import { describeFileSystem } from "../conformance/file-system-suite.ts";
import { watchResources } from "../support/resources.ts";
import { letIn } from "../support/ssh-server.ts";
import { until } from "../support/until.ts";
import { bridgeForLocalUsers, bridgeForSshUsers, startSftp } from "./rig.ts";

watchResources();

const me = userInfo().username;

describeFileSystem("an SFTP server's, kept", async () => {
  const sftp = await startSftp();
  const ssh = { host: sftp.hostAlias, configFile: sftp.configFile };
  const files = await openSftpFileSystem({ ssh, transport: "embedded" });
  return {
    files,
    close: async () => {
      await files[Symbol.asyncDispose]();
      await sftp.stop();
    },
  };
});

test("all sessions share one SSH connection, which is made again when it was lost", async () => {
  await using sftp = await startSftp();
  await using bridge = await bridgeForLocalUsers(sftp);
  const [one, other] = [await bridge.login(), await bridge.login()];
  await put(sftp.filesOf(me), "/a", "x");
  for (const client of [one, other]) expect((await client.download("NLST")).text).toBe("a\r\n");
  const logins = (): number => sftp.events.filter(({ type }) => type === "ssh-server.login").length;
  expect(logins()).toBe(1);
  await sftp.dropClients();
  for (const client of [one, other]) expect((await client.download("NLST")).text).toBe("a\r\n");
  expect(logins()).toBe(2);
});

test("a directory of the server is the root, also one that begins where the login begins", async () => {
  await using sftp = await startSftp();
  const home = sftp.filesOf(me);
  for (const path of ["/in", "/in/box"]) await home.mkdir(path, { signal: new AbortController().signal });
  for (const root of ["/in/box", "in/box", "./in//box/"]) {
    await using bridge = await bridgeForLocalUsers(sftp, { root });
    const client = await bridge.login();
    await client.command("TYPE I");
    expect(await client.upload("STOR ../../a", "x")).toEqual([150, 226]);
    expect(await names(home, "/in/box")).toEqual(["a"]);
    expect(await client.ask("DELE a", 250)).toMatch(/successful/);
  }
});

test("a user's own directory is one of the server's", async () => {
  await using sftp = await startSftp();
  const signal = new AbortController().signal;
  await sftp.filesOf(me).mkdir("/scans", { signal });
  const users = [{ name: "scanner", password: "secret", directory: "/scans" }];
  await using bridge = await bridgeForLocalUsers(sftp, {}, { users });
  const client = await bridge.login("scanner", "secret");
  await client.command("TYPE I");
  expect(await client.upload("STOR page", "x")).toEqual([150, 226]);
  expect(await get(sftp.filesOf(me), "/scans/page")).toBe("x");
  expect(await client.ask("STAT page", 213)).toMatch(/page/);
});

test("files that have to be synced are refused at the start where the server cannot tell", async () => {
  await using sftp = await startSftp(); // ours offers no fsync@openssh.com
  const wish = { sync: true };
  await expect(bridgeForLocalUsers(sftp, wish)).rejects.toMatchObject({ code: "FS_UNSUPPORTED" });
  await using bridge = await bridgeForSshUsers(sftp, wish);
  const client = await bridge.connect();
  await client.expect(220);
  await client.ask("USER anna", 331);
  expect(await client.ask("PASS right", 421)).toMatch(/fsync@openssh\.com/);
  await until("nothing is left open", () => sftp.server.open.every((what) => !what.startsWith("client")));
});

test("a user without a way in leaves nothing open", async () => {
  await using sftp = await startSftp({
    authenticate: async (attempt, signal) => (attempt.method === "password" ? undefined : await letIn(attempt, signal)),
  });
  await using bridge = await bridgeForSshUsers(sftp);
  const client = await bridge.connect();
  await client.expect(220);
  await client.ask("USER anna", 331);
  await client.ask("PASS right", 530);
});
