// Another program swaps a directory for a link that leads out, again and again, while clients use it: nothing outside is
// changed, told or sent by any command.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/index.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import type { TestClient } from "../support/test-client.ts";
import { startEngine } from "./engine.ts";

watchResources();

/** In the root: `d` is a directory, then a link to ../outside, then a directory … until it is killed. */
const swapper = `
const { renameSync, symlinkSync, rmSync } = require("node:fs");
process.stdout.write("ready");
const end = Date.now() + 10000;
while (Date.now() < end) {
  renameSync("d", "e");
  symlinkSync("../outside", "d");
  rmSync("d");
  renameSync("e", "d");
}`;

const secret = "s".repeat(54_321);

const commands = (round: number): string[] => [
  "SIZE d/secret",
  "MDTM d/secret",
  "MLST d/secret",
  "STAT d",
  "XSHA256 d/secret",
  "MFMT 20010101000000 d/secret",
  "SITE CHMOD 600 d/secret",
  `MKD d/made-${round}`,
  `RMD d/made-${round}`,
  "RNFR d/pawn",
  "RNTO d/moved",
  "RNFR d/moved",
  "RNTO d/pawn",
  "RNFR d/pawn",
  "RNTO pawn",
  "RNFR pawn",
  "RNTO d/pawn",
  "DELE d/other",
  "CWD d",
  "SIZE secret",
  "CWD /",
];

/** What comes, though the transfer may be aborted. */
async function fetched(peer: TestClient, line: string): Promise<string> {
  const data = await peer.passive();
  let text = "";
  data.on("data", (bytes) => {
    text += bytes;
  });
  const over = new Promise((resolve) => data.once("end", resolve).once("close", resolve));
  if ((await peer.code(line)) === 150) {
    await over;
    await peer.reply();
  }
  data.destroy();
  return text;
}

/**
 * So many rounds, or as many as a busy machine makes before the swapper ends; and until the directory was met as well, which the
 * swapper leaves there.
 */
async function use(peer: TestClient, rounds: number, isSwapping: () => boolean): Promise<string[]> {
  const told: string[] = [];
  for (let round = 0; (round < rounds && isSwapping()) || !told.includes("harmless"); round += 1) {
    const lines = commands(round);
    peer.raw(lines.map((line) => `${line}\r\n`).join(""));
    for (const _ of lines) told.push((await peer.reply()).lines.join("\n"));
    told.push(await fetched(peer, "RETR d/secret"), await fetched(peer, "MLSD d"));
    await peer.upload("STOR d/planted", "x");
    await peer.upload("APPE d/secret", "");
  }
  return told;
}

test("a directory that becomes a link in the middle of a command leads nobody out", async () => {
  const here = makeTempDir("swapped");
  for (const name of ["root", "root/d", "outside"]) mkdirSync(here.file(name));
  writeFileSync(here.file("root/d/secret"), "harmless");
  writeFileSync(here.file("root/d/pawn"), "");
  for (const name of ["secret", "other"]) writeFileSync(here.file(`outside/${name}`), secret, { mode: 0o644 });
  for (const name of ["secret", "other", "."]) utimesSync(here.file(`outside/${name}`), 1e9, 1e9);
  const files = await openLocalFileSystem({ directory: here.file("root"), sync: false });
  await using engine = await startEngine({ files: () => files });
  const peers = await Promise.all([engine.login(), engine.login()]);
  for (const peer of peers) await peer.command("TYPE I");
  const swapping = spawn(process.execPath, ["-e", swapper], {
    cwd: here.file("root"),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(swapping, "close");
  await once(swapping.stdout, "data");
  const isSwapping = (): boolean => swapping.exitCode === null;
  const told = (await Promise.all(peers.map((peer) => use(peer, 25, isSwapping)))).flat().join("\n");
  swapping.kill();
  await closed;
  expect(told).toContain("harmless");
  expect(told).not.toContain("sss");
  expect(told).not.toContain("54321");
  expect(told).not.toContain("20010909014640");
  expect(readdirSync(here.file("outside")).sort()).toEqual(["other", "secret"]);
  for (const name of ["secret", "other"]) {
    expect(readFileSync(here.file(`outside/${name}`), "utf8") === secret).toBe(true);
    expect(statSync(here.file(`outside/${name}`))).toMatchObject({ mode: 0o100644, mtimeMs: 1e12 });
  }
  expect(statSync(here.file("outside")).mtimeMs).toBe(1e12);
  here.remove();
});
