// One SFTP session: requests in, replies out.
import type { Duplex } from "node:stream";
import type { FileSystem } from "../../../platform/file-system.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { PacketSplitter } from "../../connection-protocol/packet-splitter.ts";
import { WireReader } from "../../connection-protocol/wire-reader.ts";
import { messages, sftpVersion, statusCodes } from "../wire/message-types.ts";
import { Handles } from "./handles.ts";
import { type Reply, statusReply, versionReply } from "./replies.ts";
import { extensionsOf, handlers, type Sftp } from "./requests.ts";
import { statusOf } from "./status.ts";

export interface SftpOptions {
  readonly files: FileSystem;
  /** Time of day, milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Serves until the client is gone, and closes what it has left open: an upload that was cut off stays as it is. A client
 * that does not keep to the protocol is gone. Never rejects; ending the stream is up to the caller.
 */
export async function serveSftp(stream: Duplex, { files, now }: SftpOptions): Promise<void> {
  const end = new AbortController();
  const handles = new Handles();
  const sftp: Sftp = { files, handles, now, options: { signal: end.signal } };
  // A client that leaves ends what is under way: a listing, a wait for the disk.
  const onClose = (): void => end.abort(new SallyportError("CLOSED", "the SFTP client is gone"));
  stream.once("close", onClose);
  try {
    const splitter = new PacketSplitter(limits.sftpPacketBytesMax);
    // The last replies are still on their way when the client has sent all.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const packets: Uint8Array[] = [];
      splitter.split(chunk as Uint8Array, (packet) => packets.push(packet));
      for (const packet of packets) await send(stream, await answer(sftp, packet));
    }
  } catch {
    // The stream broke, or what came on it is no SFTP.
  } finally {
    stream.off("close", onClose);
    await handles.closeAll().catch(() => {});
  }
}

/** Throws SSH_PROTOCOL for a message without type or number: there is nobody to answer. */
async function answer(sftp: Sftp, packet: Uint8Array): Promise<Reply> {
  const request = new WireReader(packet);
  const type = request.byte();
  if (type === messages.init) return versionReply(request.uint32() >= sftpVersion ? extensionsOf(sftp.files) : {});
  const id = request.uint32();
  try {
    const handler = handlers[type];
    if (handler !== undefined) return await handler(sftp, id, request);
    return statusReply(id, { code: statusCodes.unsupported, words: "there is no such request" });
  } catch (error) {
    return statusReply(id, statusOf(error));
  }
}

/** Waits while the client does not read. */
async function send(stream: Duplex, reply: Reply): Promise<void> {
  stream.cork();
  const hasRoom = reply.map((piece) => stream.write(piece)).every(Boolean);
  stream.uncork();
  if (hasRoom) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      stream.off("drain", settle).off("close", settle);
      resolve();
    };
    stream.once("drain", settle).once("close", settle);
    if (stream.destroyed) settle();
  });
}
