// Listings as real programs write them: GNU ls in its styles, vsftpd, ProFTPD. Each file must be read as it is on the disk.
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { parseListing } from "../../src/protocol/listing/parse-listing.ts";
import { ftpServers } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const names = [
  "plain",
  "two words",
  "  leading",
  "trailing ",
  "a -> b",
  "12:30 Nov 22",
  "-rw-r--r--",
  "\u00e4\u00f6\u20ac",
  "\u00e0",
  "total 5",
  "x:",
  "type=file; y",
  "NAME.TXT;1",
  '"quoted"',
];

const latin1 = (text: string): string => Buffer.from(text).toString("latin1");
const day = 86_400_000;

describe("GNU ls", () => {
  let dir: TempDir;
  beforeAll(() => {
    dir = makeTempDir("ls");
    for (const [index, name] of names.entries()) {
      writeFileSync(dir.file(name), "x".repeat(index));
      // From yesterday to years ago, on both sides of the six months.
      const seconds = Math.floor((Date.now() - day - index * index * 5 * day) / 1000);
      utimesSync(dir.file(name), seconds, seconds);
    }
    mkdirSync(dir.file("directory"));
    symlinkSync("some -> where", dir.file("link -> name"));
  });
  afterAll(() => dir.remove());

  const styles = [
    "-l",
    "-la",
    "-lis",
    "-ln",
    "-lo",
    "-lg",
    "-lh",
    "-lF",
    "-l --time-style=long-iso",
    "-l --time-style=full-iso",
    "-l --time-style=iso",
  ];

  test.each(styles)("ls %s", (style) => {
    const env = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
    const text = execFileSync("ls", ["-N", ...style.split(" "), dir.path], { env, encoding: "latin1" });
    const { format, entries, unread } = parseListing(text.split("\n"), { command: "LIST", nowMs: Date.now() });
    expect([format, unread]).toEqual(["unix", []]);
    expect(entries.map(({ name }) => name).sort()).toEqual(readdirSync(dir.path).map(latin1).sort());
    for (const { name, type, size, modified, target, mode, links } of entries) {
      const stats = lstatSync(dir.file(Buffer.from(name, "latin1").toString()));
      expect(mode).toBe(stats.mode & 0o7777);
      expect(links).toBe(stats.nlink);
      expect(type).toBe(stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "file");
      if (type !== "directory") expect(size).toBe(stats.size);
      if (type === "link") expect(target).toBe("some -> where");
      const unit = { day, minute: 60_000, second: 1000, millisecond: 1 }[modified!.precision];
      expect(modified!.ms, name).toBe(Math.floor(stats.mtimeMs / unit) * unit);
    }
  });
});

for (const kind of ["vsftpd", "proftpd"] as const) {
  describePeers([kind], `LIST of ${kind}`, () => {
    test("has each file with its name and size", async () => {
      await using server = await ftpServers[kind]();
      for (const [index, name] of names.entries()) server.place(name, "x".repeat(index));
      const { port, user, password } = server;
      await using client = await FtpClient.connect({ host: "127.0.0.1", port, user, password });
      const lines = await client.listText();
      const { entries, unread } = parseListing(lines, { command: "LIST", nowMs: Date.now() });
      expect(unread).toEqual([]);
      const read = entries.map(({ name, size }) => [name, size]);
      expect(read).toEqual(expect.arrayContaining(names.map((name, index) => [latin1(name), index])));
      // Both are an hour old at most.
      for (const { modified } of entries) expect(Math.abs(modified!.ms - Date.now())).toBeLessThan(day);
    });
  });
}
