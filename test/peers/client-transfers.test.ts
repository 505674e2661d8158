// Aborted, broken and resumed transfers of our client with real servers; the session can be used afterwards.
import { readFileSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FtpClient, transferBetween } from "../../src/connect/index.ts";
import { ownPlace, type Place, peerPlace } from "../support/client-places.ts";
import { ftpServers, startProftpd } from "../support/ftp-servers.ts";
import { gate } from "../support/gate.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { manyFiles } from "./many-files.ts";

watchResources();

const big = Buffer.from(Array.from({ length: 30_000_000 }, (_, index) => (index * 7 + (index >> 9)) & 255));

const places = {
  vsftpd: async () => peerPlace(await ftpServers.vsftpd()),
  "vsftpd that reads no ABOR": async () => peerPlace(await ftpServers.vsftpd({ lines: ["async_abor_enable=NO"] })),
  proftpd: async () => peerPlace(await ftpServers.proftpd()),
  "our own server": ownPlace,
};

for (const [name, start] of Object.entries(places)) {
  const needs = name.startsWith("vsftpd") ? ["vsftpd" as const] : name === "proftpd" ? ["proftpd" as const] : [];
  describePeers(needs, name, () => {
    let place: Place;
    let here: TempDir;
    beforeAll(async () => {
      place = await start();
      here = makeTempDir("here");
      place.place("big", big);
    });
    afterAll(async () => {
      await place[Symbol.asyncDispose]();
      here.remove();
    });

    test.each(["passive", "active"] as const)("%s: an aborted download leaves a session that works", async (mode) => {
      await using client = await FtpClient.connect({ ...place.options, mode });
      for (let round = 0; round < 3; round += 1) {
        const stop = new AbortController();
        const reason = new Error("enough");
        const onProgress = (): void => stop.abort(reason);
        const down = client.downloadFile("big", here.file("part"), { signal: stop.signal, onProgress });
        await expect(down).rejects.toBe(reason);
        expect((await client.stat("big")).size).toBe(big.length);
      }
      await client.downloadFile("big", here.file("whole"));
      expect(readFileSync(here.file("whole")).equals(big)).toBe(true);
    });

    test.each(["passive", "active"] as const)("%s: many files that are asked for at once come whole", async (mode) => {
      await using client = await FtpClient.connect({ ...place.options, mode });
      await manyFiles(client, place.content);
    });

    test("a download stream that is destroyed leaves a session that works", async () => {
      await using client = await FtpClient.connect(place.options);
      for await (const _ of client.download("big")) break;
      expect((await client.list()).entries.map((entry) => entry.name)).toContain("big");
    });

    test("an aborted upload leaves a session that works", async () => {
      await using client = await FtpClient.connect(place.options);
      const stop = new AbortController();
      const reason = new Error("enough");
      const isOver = gate();
      async function* slowly(): AsyncGenerator<Uint8Array> {
        yield big.subarray(0, 100_000);
        stop.abort(reason);
        await isOver.passed;
        yield big.subarray(100_000, 200_000);
      }
      await expect(client.upload(slowly(), "aborted", { signal: stop.signal })).rejects.toBe(reason);
      isOver.open();
      await client.upload(Readable.from([Buffer.from("a"), Buffer.from("bc")]), "stream");
      expect(place.content("stream").toString()).toBe("abc");
    });

    test("downloads and uploads go on where they were", async () => {
      await using client = await FtpClient.connect(place.options);
      writeFileSync(here.file("half"), big.subarray(0, 12_345_678));
      const down = await client.downloadFile("big", here.file("half"), { resume: true });
      expect(down).toMatchObject({ bytes: big.length - 12_345_678, verified: "size" });
      expect(readFileSync(here.file("half")).equals(big)).toBe(true);
      writeFileSync(here.file("up"), big.subarray(0, 3_000_000));
      place.place("half", big.subarray(0, 1_000_000));
      const up = await client.uploadFile(here.file("up"), "half", { resume: true });
      expect(up).toMatchObject({ bytes: 2_000_000, verified: "size" });
      expect(place.content("half").equals(big.subarray(0, 3_000_000))).toBe(true);
      await client.upload(Buffer.from("tail"), "half", { append: true });
      expect(place.content("half").subarray(3_000_000).toString()).toBe("tail");
    });

    test("a file that is not there is a 550, and destroys nothing here", async () => {
      await using client = await FtpClient.connect(place.options);
      writeFileSync(here.file("kept"), "kept");
      const down = client.downloadFile("missing", here.file("kept"));
      await expect(down).rejects.toMatchObject({ code: "FTP_REPLY_PERMANENT", details: { reply: 550 } });
      expect(readFileSync(here.file("kept"), "utf8")).toBe("kept");
      await expect(client.uploadFile(here.file("missing"), "x")).rejects.toMatchObject({ code: "FS_NOT_FOUND" });
    });

    test("directories, names, times and modes", async () => {
      await using client = await FtpClient.connect(place.options);
      await client.mkdir('dir "quoted"');
      await client.cd('dir "quoted"');
      expect(await client.pwd()).toMatch(/dir "quoted"$/);
      await client.upload(Buffer.from("x\ny\n"), "a");
      await client.upload(Buffer.from("x\ny\n"), "text", { type: "ascii" });
      let text = "";
      for await (const chunk of client.download("text", { type: "ascii" })) text += chunk;
      expect(text).toBe("x\ny\n");
      await client.rename("a", "b");
      await client.setModified("b", Date.UTC(2020, 1, 3, 4, 5, 6));
      expect(await client.modified("b")).toBe(Date.UTC(2020, 1, 3, 4, 5, 6));
      await client.chmod("b", 0o600);
      expect(await client.names()).toEqual(expect.arrayContaining(["b", "text"]));
      await client.remove("b");
      await client.remove("text");
      await client.cd("..");
      await client.rmdir('dir "quoted"');
    });
  });
}

describePeers([], "our own server", () => {
  test("checksums are compared on request", async () => {
    const place = await ownPlace();
    const client = await FtpClient.connect(place.options);
    expect(client.hashes).toContain("SHA-256");
    for (const verify of ["hash", ...client.hashes] as const) {
      const strongest = client.hashes[0];
      const verified = verify === "hash" ? strongest : verify;
      expect(await client.upload(big.subarray(0, 100_001), "f", { verify })).toMatchObject({ verified });
      const stream = client.download("f", { verify });
      for await (const _ of stream);
      expect(await stream.result).toMatchObject({ verified });
    }
    await client[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
});

describePeers(["proftpd"], "two ProFTPDs that allow foreign addresses", () => {
  test("S16: a file goes from one to the other, and a refusal leaves both sessions usable", async () => {
    const lines = ["AllowForeignAddress on"];
    const [one, other] = await Promise.all([startProftpd({ lines }), startProftpd({ lines })]);
    const [a, b] = [await FtpClient.connect(peerPlace(one).options), await FtpClient.connect(peerPlace(other).options)];
    one.place("big", big);
    expect(await transferBetween(a, b, "big", "copy")).toEqual({ bytes: big.length, verified: "size" });
    expect(other.content("copy").equals(big)).toBe(true);
    await expect(transferBetween(a, b, "missing", "copy2")).rejects.toMatchObject({ details: { reply: 550 } });
    await expect(transferBetween(a, b, "big", "no/such/dir")).rejects.toMatchObject({ details: { reply: 550 } });
    expect(await transferBetween(b, a, "copy", "back")).toMatchObject({ verified: "size" });
    expect(one.content("back").equals(big)).toBe(true);
    await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
    await Promise.all([one.stop(), other.stop()]);
  });
});
