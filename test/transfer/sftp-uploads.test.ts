import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import { systemClock, systemTime } from "../../src/network/system-clock.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import { makeSftpChannel } from "../../src/transfer/sftp/sftp-channel.ts";
import { SftpSession } from "../../src/transfer/sftp/sftp-session.ts";
import { storeFile } from "../../src/transfer/store-file.ts";
import { streamSource } from "../../src/transfer/store-order.ts";
import { openRigged } from "./sftp-rig.ts";

const signal = new AbortController().signal;

test("an upload by SFTP leaves nothing that waits for the end of its session", async () => {
  const connection = openRigged({ files: new MemoryFileSystem({ now: systemTime }) });
  const first = await makeSftpChannel(await SftpClient.open({ connection, clock: systemClock, signal }), signal);
  await using session = new SftpSession({ first, reopen: async () => first });
  const listening = new Set<number>();
  const note = (): void => {};
  for (const path of ["/one", "/two"]) {
    const content = async function* (): AsyncGenerator<Uint8Array> {
      listening.add(getEventListeners(first.lost, "abort").length);
      yield Buffer.from("hello");
    };
    await storeFile(session, streamSource(content()), path, { signal, note });
  }
  expect(listening).toEqual(new Set([1]));
  expect(getEventListeners(first.lost, "abort")).toEqual([]);
});
