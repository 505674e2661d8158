// One attempt of a download from an SFTP server.
import { assertSame, type ReceiveOrder } from "../../client/download.ts";
import type { Transferred } from "../../client/transfer-options.ts";
import { raceAbort } from "../../platform/abort.ts";
import { limits } from "../../protocol/limits.ts";
import { reportedFacts } from "../../protocol/listing/file-facts.ts";
import { printable } from "../../protocol/printable.ts";
import type { SftpChannel } from "./sftp-channel.ts";
import { verifyFile } from "./verify.ts";

/** Resolves when the sink has every byte, and what can be compared agrees. */
export async function receive(remote: SftpChannel, order: ReceiveOrder): Promise<Transferred> {
  const { sink, offset, check, known, signal, onFacts, onProgress } = order;
  const path = remote.place(order.path);
  await using reader = await remote.files.openRead(path, { offset, signal });
  const reported = reportedFacts(reader.facts);
  if (known !== undefined) assertSame(`could not download "${printable(path, 200)}"`, known, reported);
  onFacts?.(reported);
  const room = (): Uint8Array => sink.room?.() ?? Buffer.allocUnsafe(limits.streamBufferBytes);
  let at = offset;
  for (let buffer = room(), count = await reader.read(buffer); count > 0; count = await reader.read(buffer)) {
    const piece = buffer.subarray(0, count);
    at += count;
    check.hash?.digest.update(piece);
    onProgress?.({ bytes: at, size: reported.size });
    if (!sink.write(piece)) {
      await raceAbort(new Promise<void>((resolve) => sink.whenReady(resolve)), signal);
    }
    buffer = room();
  }
  sink.end?.();
  // A size that does not agree is asked for once more: the file may have grown.
  const size = reported.size === at ? "size" : undefined;
  const plan = { size: check.size, digest: check.hash?.digest };
  return { bytes: at - offset, verified: await verifyFile(remote, path, at, plan, signal, size), how: "sftp" };
}
