// SSH lost in the middle of a transfer: the transfer goes on, or is a told failure.
import { userInfo } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FileSystem, MemoryFileSystem } from "../../src/index.ts";
import { setsTimes } from "../../src/platform/file-system.ts";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { type TestClient, textOf } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { usersFile } from "../support/users-file.ts";
import { type Bridge, bridge, bridgeForLocalUsers, bridgeForSshUsers, now, startSftp, type TestSftp } from "./rig.ts";

watchResources();

const signal = new AbortController().signal;
const content = Array.from({ length: 400_000 }, (_, index) => `${index} line of the file\n`).join("");

/** More than the line to a client holds that does not read. */
const large = content.repeat(3);

let sftp: TestSftp;
let open: Bridge[];
beforeEach(async () => {
  sftp = await startSftp();
  open = [];
});
afterEach(async () => {
  for (const bridge of open) await bridge[Symbol.asyncDispose]();
  await sftp.stop();
});

type Way = readonly [name: string, start: () => Promise<{ readonly client: TestClient; readonly there: FileSystem }>];

const ways: readonly Way[] = [
  [
    "a shared connection",
    async () => {
      const bridge = await bridgeForLocalUsers(sftp);
      open.push(bridge);
      return { client: await bridge.login(), there: sftp.filesOf(userInfo().username) };
    },
  ],
  [
    "a session's own connection",
    async () => {
      const bridge = await bridgeForSshUsers(sftp);
      open.push(bridge);
      return { client: await bridge.login("anna", "right"), there: sftp.filesOf("anna") };
    },
  ],
];

test.each(ways)("an upload goes on behind what was acknowledged (%s)", async (_, start) => {
  const { client, there } = await start();
  await client.ask("TYPE I", 200);
  const data = await client.passive();
  client.send("STOR a");
  await client.expect(150);
  const half = content.length / 2;
  data.write(content.slice(0, half));
  await until("some of it is there", async () =>
    (await there.stat("/a", { signal })).size > 100_000 ? true : undefined,
  );
  await sftp.dropClients();
  data.end(content.slice(half));
  await client.expect(226);
  expect((await get(there, "/a")) === content).toBe(true);
});

test.each(ways)("a download goes on behind what was given (%s)", async (_, start) => {
  const { client, there } = await start();
  await put(there, "/a", large);
  await client.ask("TYPE I", 200);
  const data = await client.passive();
  client.send("RETR a");
  await client.expect(150);
  await sftp.dropClients();
  expect((await textOf(data)) === large).toBe(true);
  await client.expect(226);
  expect(sftp.events.filter(({ type }) => type === "ssh-server.login")).toHaveLength(2);
});

test("a download of a file that was changed meanwhile is reset, and 426 says why", async () => {
  const [, start] = ways[0] as Way;
  const { client, there } = await start();
  await put(there, "/a", large);
  await client.ask("TYPE I", 200);
  const data = await client.passive();
  client.send("RETR a");
  await client.expect(150);
  if (setsTimes(there)) await there.setModified("/a", 86_400_000, { signal });
  await sftp.dropClients();
  await expect(textOf(data)).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(await client.expect(426)).toMatch(/changed meanwhile/);
});

test("an upload whose file was changed meanwhile is reset, and 426 says why", async () => {
  const [, start] = ways[0] as Way;
  const { client, there } = await start();
  await client.ask("TYPE I", 200);
  const data = await client.passive();
  data.on("error", () => {});
  client.send("STOR a");
  await client.expect(150);
  data.write(content);
  await until("some of it is there", async () =>
    (await there.stat("/a", { signal })).size > 100_000 ? true : undefined,
  );
  await sftp.dropClients();
  await put(there, "/a", "");
  data.end(content);
  expect(await client.expect(426)).toMatch(/changed meanwhile/);
});

test("an upload that may have been left with gaps is not resumed, until there is a new one", async () => {
  const files = new MemoryFileSystem({ now });
  const openWrite = files.openWrite.bind(files);
  let mayHaveGaps = true;
  files.openWrite = async (...args) => Object.assign(await openWrite(...args), { mayHaveGaps });
  const server = await bridge({ files, passwordFile: usersFile("alice", "secret"), opensLate: true });
  open.push(server);
  const client = await server.login();
  await client.ask("TYPE I", 200);
  const data = await client.passive();
  client.send("STOR a");
  await client.expect(150);
  data.write("half");
  await until("it is there", async () => ((await files.stat("/a", { signal })).size > 0 ? true : undefined));
  data.resetAndDestroy();
  await client.expect(426);
  expect(await client.upload("APPE a", "more")).toEqual([451]);
  mayHaveGaps = false;
  expect(await client.upload("STOR a", "new")).toEqual([150, 226]);
  expect(await client.upload("APPE a", "er")).toEqual([150, 226]);
  expect(await get(files, "/a")).toBe("newer");
});
