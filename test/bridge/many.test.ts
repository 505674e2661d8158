// Many sessions at once, and many in sequence.
import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { bridgeForLocalUsers, bridgeForSshUsers, startSftp } from "./rig.ts";

watchResources();

test("50 sessions at once share one SSH connection, and a hundred in sequence leave nothing behind", async () => {
  await using sftp = await startSftp();
  await using bridge = await bridgeForLocalUsers(sftp);
  const there = sftp.filesOf(userInfo().username);
  await put(there, "/a", "x".repeat(100_000));
  const clients = await Promise.all(Array.from({ length: 50 }, () => bridge.login()));
  const texts = await Promise.all(clients.map((client) => client.download("RETR a")));
  expect(texts.filter(({ text, codes }) => text.length === 100_000 && codes[1] === 226)).toHaveLength(50);
  for (const client of clients) await client.ask("QUIT", 221);
  for (let count = 0; count < 100; count += 1) {
    const client = await bridge.login();
    await client.ask("TYPE I", 200);
    expect(await client.upload(`STOR f${count}`, "text")).toEqual([150, 226]);
    await client.ask("QUIT", 221);
  }
  expect(await get(there, "/f99")).toBe("text");
  expect(sftp.events.filter(({ type }) => type === "ssh-server.login")).toHaveLength(1);
});

test("ten sessions of SSH users at once have ten connections, and then none", async () => {
  await using sftp = await startSftp();
  await using bridge = await bridgeForSshUsers(sftp);
  const clients = await Promise.all(Array.from({ length: 10 }, (_, index) => bridge.login(`user${index}`, "right")));
  expect(sftp.server.open.filter((what) => what.startsWith("client "))).toHaveLength(10);
  for (const client of clients) await client.ask("QUIT", 221);
  await until("none is left", () => sftp.server.open.length === 0);
});
