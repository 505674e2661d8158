// The subsystem channel of both transports, at sshd and at our own server.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSftpFileSystem } from "../../../src/filesystem/sftp/sftp-file-system.ts";
import { requests } from "../../../src/ssh/sftp/wire/requests.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type OpenSftpPlace, sftpPlaces } from "../../support/sftp.ts";

watchResources();

const signal = new AbortController().signal;
const big = Buffer.from(Array.from({ length: 3_000_001 }, (_, at) => (at * 7 + (at >> 12)) & 255));

for (const place of sftpPlaces) {
  describePeers(place.needs, `a subsystem: ${place.name}`, () => {
    let opened: OpenSftpPlace;
    beforeAll(async () => {
      opened = await place.open();
    });
    afterAll(() => opened[Symbol.asyncDispose]());

    test("carries both ways at once, and every byte arrives", async () => {
      await using session = await opened.session();
      const files = makeSftpFileSystem(session);
      const up = async (name: string): Promise<void> => {
        await using writer = await files.openWrite(name, { start: "exclusive", signal });
        for (let at = 0; at < big.length; at += 99_999) await writer.write([big.subarray(at, at + 99_999)]);
        await writer.finish();
      };
      const down = async (name: string): Promise<Buffer> => {
        await using reader = await files.openRead(name, { offset: 0, signal });
        const buffer = Buffer.alloc(big.length + 1);
        return buffer.subarray(0, await reader.read(buffer));
      };
      writeFileSync(`${session.directory}/there`, big);
      const [there] = await Promise.all([down("/there"), up("/new")]);
      expect(there.equals(big)).toBe(true);
      expect(readFileSync(`${session.directory}/new`).equals(big)).toBe(true);
    });

    test("tells what the server can do, and how much room it has", async () => {
      await using session = await opened.session();
      expect(session.client.features.posixRename).toBe(true);
      expect(session.client.features.readBytes).toBe(261_120);
      expect("space" in makeSftpFileSystem(session)).toBe(true);
    });

    test("two of them are two sessions, and disposal of one leaves the other", async () => {
      const [one, two] = await Promise.all([opened.session(), opened.session()]);
      await one[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
      expect(await one.client.closed).toBeUndefined();
      await expect(one.client.ask(requests.stat("/")).reply).rejects.toMatchObject({ code: "CLOSED" });
      expect((await two.client.ask(requests.stat("/")).reply).type).toBe("attributes");
      await two[Symbol.asyncDispose]();
    });

    test("that the server does not have is refused in words", async () => {
      await expect(opened.connection.openSubsystem("no-such", signal)).rejects.toMatchObject({
        code: "SSH_CHANNEL_REFUSED",
        message: expect.stringContaining("no-such"),
      });
    });

    test("that is given up rejects with the reason untouched", async () => {
      const reason = { not: "even an error" };
      const aborted = AbortSignal.abort(reason);
      await expect(opened.connection.openSubsystem("sftp", aborted)).rejects.toBe(reason);
      const stop = new AbortController();
      const opening = opened.connection.openSubsystem("sftp", stop.signal);
      stop.abort(reason);
      await expect(opening).rejects.toBe(reason);
    });

    test("a wait that is given up leaves a session that works", async () => {
      await using session = await opened.session();
      const files = makeSftpFileSystem(session);
      mkdirSync(`${session.directory}/d`);
      const stop = new AbortController();
      const waiting = files.stat("/d", { signal: stop.signal });
      stop.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      expect((await files.stat("/d", { signal })).type).toBe("directory");
    });
  });
}

const [sshdByOpenSsh, sshdByLibrary] = sftpPlaces;
for (const place of [sshdByOpenSsh, sshdByLibrary]) {
  if (place === undefined) throw new Error("no such place");
  describePeers(place.needs, `an SSH connection that is lost: ${place.name}`, () => {
    test("breaks what is under way, and leaves the part", async () => {
      await using opened = await place.open();
      await using session = await opened.session();
      const files = makeSftpFileSystem(session);
      await using writer = await files.openWrite("/part", { start: "exclusive", signal });
      await writer.write([big]);
      await opened.connection[Symbol.asyncDispose]();
      await expect(writer.finish()).rejects.toMatchObject({ code: expect.stringMatching(/^CLOSED$|^SSH_|^NET_/) });
      expect(await session.client.closed).toMatchObject({ code: expect.stringMatching(/^CLOSED$|^SSH_|^NET_/) });
      expect(statSync(`${session.directory}/part`).size).toBeLessThanOrEqual(big.length);
    });
  });
}
