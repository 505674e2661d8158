// FTP users who are users of the SSH server.
import { expect, test } from "vitest";
import { checkSshHost } from "../../src/bridge/ssh-logins.ts";
import { sshLogins } from "../../src/index.ts";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { bridgeForSshUsers, startSftp } from "./rig.ts";

watchResources();

const clientsOf = (open: readonly string[]): number => open.filter((what) => what.startsWith("client ")).length;

test("name and password are the SSH server's, and each user sees that user's files", async () => {
  await using sftp = await startSftp();
  await using bridge = await bridgeForSshUsers(sftp);
  await put(sftp.filesOf("anna"), "/hers", "text");
  const anna = await bridge.login("anna", "right");
  const bert = await bridge.login("bert", "right");
  expect((await anna.download("NLST")).text).toBe("hers\r\n");
  expect((await bert.download("NLST")).text).toBe("");
  await bert.command("TYPE I");
  expect(await bert.upload("STOR his", "there")).toEqual([150, 226]);
  expect(await get(sftp.filesOf("bert"), "/his")).toBe("there");
});

test("each session has an SSH connection to itself, which ends with it, with REIN and with another USER", async () => {
  await using sftp = await startSftp();
  await using bridge = await bridgeForSshUsers(sftp);
  const connections = (): number => clientsOf(sftp.server.open);
  const [first, second] = [await bridge.login("anna", "right"), await bridge.login("anna", "right")];
  expect(connections()).toBe(2);
  await first.ask("QUIT", 221);
  await until("one is left", () => connections() === 1);
  await second.ask("REIN", 220);
  await until("none is left", () => connections() === 0);
  await second.ask("USER anna", 331);
  await second.ask("PASS right", 230);
  expect(connections()).toBe(1);
  await second.ask("USER bert", 331);
  await until("none is left", () => connections() === 0);
  await second.ask("PWD", 530);
});

test("a wrong password is 530 and counts with the guard, and our own key opens nothing", async () => {
  await using sftp = await startSftp();
  await using bridge = await bridgeForSshUsers(sftp);
  const client = await bridge.connect();
  await client.expect(220);
  // The key of the rig's ssh_config would log this user in.
  await client.ask(`USER ${process.env["USER"] ?? "root"}`, 331);
  await client.ask("PASS wrong", 530);
  expect(bridge.events.filter(({ type }) => type.startsWith("login."))).toMatchObject([{ type: "login.refused" }]);
  expect(sftp.events.filter(({ type }) => type === "ssh-server.login")).toEqual([]);
  await until("none is left", () => clientsOf(sftp.server.open) === 0);
});

test.each(["-oProxyCommand=x", "a;b", "$(id)", "a b", "\u00ff"])(
  "the name %s is nobody's, and ssh never sees it",
  async (name) => {
    await using sftp = await startSftp();
    const authenticate = sshLogins({ ssh: { host: sftp.hostAlias, configFile: sftp.configFile } });
    const attempt = { user: name, password: "right", address: "127.0.0.1", secure: false };
    expect(await authenticate(attempt, new AbortController().signal)).toBeUndefined();
    expect(sftp.events).toEqual([]);
  },
);

test("an SSH server that cannot be reached is 421 with the reason, and no wrong password", async () => {
  const sftp = await startSftp();
  await using bridge = await bridgeForSshUsers(sftp);
  const client = await bridge.connect();
  await client.expect(220);
  await client.ask("USER anna", 331);
  await sftp.server[Symbol.asyncDispose]();
  expect(await client.ask("PASS right", 421)).toMatch(/Login is not possible now: .*refused/);
  expect(bridge.events.filter(({ type }) => type.startsWith("login."))).toMatchObject([{ type: "login.failed" }]);
  await sftp.stop();
});

const stopped = new AbortController().signal;

test("a look at the SSH server before anybody logs in leaves nothing there, and logs nobody in", async () => {
  await using sftp = await startSftp();
  await checkSshHost({ ssh: { host: sftp.hostAlias, configFile: sftp.configFile } }, stopped);
  await until("none is left", () => clientsOf(sftp.server.open) === 0);
  expect(sftp.events.filter(({ type }) => type === "ssh-server.login")).toEqual([]);
});

test.each([
  ["a name that does not resolve", { host: "nobody.invalid" }, "SSH_CONNECT"],
  ["a host that refuses", { host: "127.0.0.1", port: 1 }, "SSH_CONNECT"],
])("%s is found by the look", async (_, ssh, code) => {
  await expect(checkSshHost({ ssh: { ...ssh, configFile: "none" } }, stopped)).rejects.toMatchObject({ code });
});

test("a host key that is not known is found by the look", async () => {
  await using sftp = await startSftp({}, ["UserKnownHostsFile /dev/null", "StrictHostKeyChecking no"]);
  const ssh = { host: sftp.hostAlias, configFile: sftp.configFile };
  await expect(checkSshHost({ ssh }, stopped)).rejects.toMatchObject({ code: "SSH_HOST_KEY" });
});

test("a host key that is not known is 421, whatever ssh_config says of it", async () => {
  await using sftp = await startSftp({}, ["UserKnownHostsFile /dev/null", "StrictHostKeyChecking no"]);
  await using bridge = await bridgeForSshUsers(sftp);
  const client = await bridge.connect();
  await client.expect(220);
  await client.ask("USER anna", 331);
  expect(await client.ask("PASS right", 421)).toMatch(/host key of .* is not known/);
  expect(sftp.events.filter(({ type }) => type.includes("login"))).toEqual([]);
});

test("an option that lets any host key pass is refused", () => {
  for (const option of [
    "StrictHostKeyChecking=no",
    "stricthostkeychecking accept-new",
    "StrictHostKeyChecking = off",
  ]) {
    expect(() => sshLogins({ ssh: { host: "h", options: [option] } })).toThrow(/does not take StrictHostKeyChecking=/);
  }
});
