// The server is lost in the middle of a transfer, and the one after it computes the checksum of what was carried.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { received } from "../support/test-client.ts";
import {
  content,
  crashingAfter,
  crashingAt,
  meetSurviving,
  retrieval,
  storage,
  take,
  tellFile,
  upload,
} from "./crashing-server.ts";

watchResources();

/** The server computes checksums of parts of files. */
const hashing = ["XSHA256"];

/** It is asked for the checksum of this part, and says this one's. */
async function tellHash(control: ScriptedControl, asked: string, part: Buffer): Promise<void> {
  await control.expect(`XSHA256 f ${asked}`);
  await control.reply(`250 ${createHash("sha256").update(part).digest("hex").toUpperCase()}`);
}

describe("where the server computes checksums of parts,", () => {
  it("a download whose checksum is equal goes on", async () => {
    await using scene = await meetSurviving(
      crashingAt(
        1_000_000,
        async (control) => {
          await tellFile(control);
          await tellHash(control, "0 1000000", content.subarray(0, 1_000_000));
          const data = await retrieval(control, 1_000_000);
          data.end(content.subarray(1_000_000));
          await control.reply("226 done");
        },
        hashing,
      ),
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    scene.client.send("RETR f");
    expect((await received(data)).bytes.equals(content)).toBe(true);
    await scene.client.expect(150, 226);
  });

  it("a server that counts the last byte in is asked once more", async () => {
    await using scene = await meetSurviving(
      crashingAt(
        1_000_000,
        async (control) => {
          await tellFile(control);
          await tellHash(control, "0 1000000", content.subarray(0, 1_000_001));
          await tellHash(control, "0 999999", content.subarray(0, 1_000_000));
          const data = await retrieval(control, 1_000_000);
          data.end(content.subarray(1_000_000));
          await control.reply("226 done");
        },
        hashing,
      ),
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    scene.client.send("RETR f");
    expect((await received(data)).bytes.equals(content)).toBe(true);
    await scene.client.expect(150, 226);
  });

  it("a file of the same size and time that has changed in its first part is not sent on", async () => {
    const other = Buffer.from(content.subarray(0, 1_000_000));
    other[0] = (other[0] ?? 0) ^ 1;
    await using scene = await meetSurviving(
      crashingAt(
        1_000_000,
        async (control) => {
          await tellFile(control);
          await tellHash(control, "0 1000000", other);
          await tellHash(control, "0 999999", other.subarray(0, 999_999));
        },
        hashing,
      ),
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    scene.client.send("RETR f");
    expect((await received(data)).how).toBe("reset");
    await scene.client.expect(150);
    expect(await scene.client.expect(426)).toContain("has changed");
  });

  it("an upload goes on behind its checksum, and nothing of it is read", async () => {
    let whole: Buffer = Buffer.alloc(0);
    await using scene = await meetSurviving(
      crashingAfter(
        1_500_000,
        async (control, there) => {
          await control.expect("SIZE f");
          await control.reply(`213 ${there.length}`);
          await tellHash(control, `0 ${there.length}`, there);
          const rest = await take(await storage(control, there.length));
          whole = Buffer.concat([there, rest]);
          await control.reply("226 stored by the second");
        },
        hashing,
      ),
    );
    await upload(scene);
    await scene.client.expect(226);
    expect(whole.equals(content)).toBe(true);
  });

  it("HASH alone is asked about an upload, of which the server has a whole file", async () => {
    let whole: Buffer = Buffer.alloc(0);
    await using scene = await meetSurviving(
      crashingAfter(
        1_500_000,
        async (control, there) => {
          await control.expect("SIZE f");
          await control.reply(`213 ${there.length}`);
          await control.expect("HASH f");
          await control.reply(`213 SHA-1 0-${there.length} ${createHash("sha1").update(there).digest("hex")} f`);
          const rest = await take(await storage(control, there.length));
          whole = Buffer.concat([there, rest]);
          await control.reply("226 stored by the second");
        },
        ["HASH MD5;SHA-1*;SHA-256"],
      ),
    );
    await upload(scene);
    await scene.client.expect(226);
    expect(whole.equals(content)).toBe(true);
  });
});
