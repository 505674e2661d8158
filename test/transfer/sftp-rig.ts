// A session with an SFTP server of this process that may have quirks; no SSH below it.
import { duplexPair, type Writable } from "node:stream";
import { systemClock, systemTime } from "../../src/network/system-clock.ts";
import type { FileSystem } from "../../src/platform/file-system.ts";
import type { Connection } from "../../src/platform/network.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import { PacketSplitter } from "../../src/ssh/connection-protocol/packet-splitter.ts";
import { WireReader } from "../../src/ssh/connection-protocol/wire-reader.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import { Handles } from "../../src/ssh/sftp/server/handles.ts";
import { type Reply, statusReply, versionReply } from "../../src/ssh/sftp/server/replies.ts";
import { handlers } from "../../src/ssh/sftp/server/requests.ts";
import { statusOf } from "../../src/ssh/sftp/server/status.ts";
import { messages, type StatusCode } from "../../src/ssh/sftp/wire/message-types.ts";
import { makeSftpChannel, type SftpChannel } from "../../src/transfer/sftp/sftp-channel.ts";
import { SftpSession } from "../../src/transfer/sftp/sftp-session.ts";

const never = new AbortController().signal;

export interface QuirkRequest {
  readonly type: number;
  readonly id: number;
  /** Behind the number; what is read of it is read. */
  readonly body: WireReader;
}

/** Another answer than the usual one; undefined: the usual one. `after` runs when that has been made. */
export type Quirk = (request: QuirkRequest) => Promise<Reply | undefined> | Reply | undefined;

export interface SftpRigOptions {
  readonly files: FileSystem;
  readonly quirk?: Quirk;
  readonly extensions?: Readonly<Record<string, string>>;
  /** Of every channel, when its client has gone or `cut` was called. */
  readonly onServe?: (cut: () => void) => void;
  /** A channel is over, and its server has closed what was open. */
  readonly onEnd?: () => void;
  /** What is answered in the same turn, in another order. Default: in the order of the requests. */
  readonly reorder?: (replies: readonly Reply[]) => readonly Reply[];
}

export const refuse = (id: number, code: StatusCode, words = "no"): Reply => statusReply(id, { code, words });

export async function startSftpRig(options: SftpRigOptions): Promise<SftpSession> {
  const open = (): Promise<SftpChannel> => openRemote(options);
  return new SftpSession({ first: await open(), reopen: open });
}

async function openRemote(options: SftpRigOptions): Promise<SftpChannel> {
  const connection = openRigged(options);
  return await makeSftpChannel(await SftpClient.open({ connection, clock: systemClock, signal: never }), never);
}

/** The client's end of a channel to such a server. */
export function openRigged(options: SftpRigOptions): Connection {
  const [near, far] = duplexPair();
  near.on("error", () => {});
  far.on("error", () => {});
  void serve(far, options);
  const end = { host: "", port: 0 };
  const connection = new StreamConnection({
    stream: near,
    local: end,
    remote: end,
    clock: systemClock,
    breakOff: () => {
      near.destroy();
      far.destroy();
    },
  });
  options.onServe?.(() => {
    near.destroy();
    far.destroy();
  });
  return connection;
}

async function serve(stream: ReturnType<typeof duplexPair>[0], options: SftpRigOptions): Promise<void> {
  const { files, quirk = () => undefined, extensions = { "posix-rename@openssh.com": "1" } } = options;
  const handles = new Handles();
  const sftp = { files, handles, now: systemTime, options: { signal: never } };
  const splitter = new PacketSplitter(1_000_000);
  const send = sender(stream, options.reorder);
  try {
    // Our answers are on their way when the client has said its last word.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const packets: Uint8Array[] = [];
      splitter.split(chunk as Uint8Array, (packet) => packets.push(packet));
      for (const packet of packets) {
        const request = new WireReader(packet);
        const type = request.byte();
        const id = request.uint32();
        const copy = new WireReader(packet);
        copy.byte();
        copy.uint32();
        let reply: Reply;
        if (type === messages.init) reply = versionReply(extensions);
        else {
          try {
            reply =
              (await quirk({ type, id, body: copy })) ?? (await handlers[type]?.(sftp, id, request)) ?? refuse(id, 8);
          } catch (error) {
            reply = statusReply(id, statusOf(error));
          }
        }
        send(reply);
      }
    }
  } catch {
    // The client is gone.
  } finally {
    await handles.closeAll().catch(() => {});
    stream.end();
    options.onEnd?.();
  }
}

/** At once; or behind all that came in the same turn, in the order that is asked for. */
function sender(stream: Writable, reorder: SftpRigOptions["reorder"]): (reply: Reply) => void {
  const write = (reply: Reply): void => {
    for (const piece of reply) stream.write(piece);
  };
  if (reorder === undefined) return write;
  const held: Reply[] = [];
  return (reply) => {
    held.push(reply);
    if (held.length > 1) return;
    setImmediate(() => {
      if (stream.writable) for (const each of reorder(held.splice(0))) write(each);
    });
  };
}
