// The client's side of SFTP version 3 as a pure machine: requests to bytes, bytes to the answers of numbered requests.
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { localFault, remoteFault } from "../../connection-protocol/fault.ts";
import { PacketSplitter } from "../../connection-protocol/packet-splitter.ts";
import { WireReader } from "../../connection-protocol/wire-reader.ts";
import { WireWriter } from "../../connection-protocol/wire-writer.ts";
import { messages, sftpVersion, statusCodes } from "./message-types.ts";
import { type Reply, readReply, replyType } from "./replies.ts";
import type { Request } from "./requests.ts";

export type SftpEvent =
  /** The server's SSH_FXP_VERSION: the extensions that it offers, with what it says of each. The first event. */
  | { readonly type: "ready"; readonly extensions: ReadonlyMap<string, string> }
  | { readonly type: "reply"; readonly id: number; readonly reply: Reply }
  /** The server broke the protocol. Nothing comes after it. */
  | { readonly type: "failed"; readonly error: SallyportError };

const idsMax = 2 ** 32;

export class SftpClientMachine {
  readonly #splitter: PacketSplitter = new PacketSplitter(limits.sftpPacketBytesMax, (length, head) =>
    this.#memoryFor(length, head),
  );
  readonly #asked: Map<number, Request> = new Map();
  #isReady = false;
  #hasFailed = false;
  #next = 0;

  /** Requests that are not answered yet. */
  get unanswered(): number {
    return this.#asked.size;
  }

  /** SSH_FXP_INIT, to be sent first. */
  start(): Uint8Array {
    return new WireWriter().byte(messages.init).uint32(sftpVersion).packet();
  }

  /** To be sent in the order of the calls. `pieces` has views of the request's data. */
  ask(request: Request): { readonly id: number; readonly pieces: readonly Uint8Array[] } {
    if (!this.#isReady) throw localFault("an SFTP request before the server's version");
    if (this.#asked.size >= limits.sftpRequestsMax) {
      throw new SallyportError("FS_FAILED", `${limits.sftpRequestsMax} SFTP requests are unanswered, the limit`);
    }
    const { type, body, data = [] } = request;
    const id = this.#freeId();
    this.#asked.set(id, request);
    const length = data.reduce((sum, piece) => sum + piece.length, 5 + body.length);
    const head = new WireWriter().uint32(length).byte(type).uint32(id).raw(body).payload();
    return { id, pieces: [head, ...data] };
  }

  /** The events of what arrived, the same however the bytes are split. After `failed` there are none. */
  receive(bytes: Uint8Array): SftpEvent[] {
    const events: SftpEvent[] = [];
    if (this.#hasFailed) return events;
    try {
      this.#splitter.split(bytes, (packet) => events.push(this.#message(new WireReader(packet))));
    } catch (error) {
      if (!isSallyportError(error)) throw error;
      this.#hasFailed = true;
      events.push({ type: "failed", error: broken(error) });
    }
    return events;
  }

  /** That of the request which it answers, if it has come so far that this shows. */
  #memoryFor(length: number, head: Uint8Array): Uint8Array {
    const request = head.length < 5 ? undefined : this.#asked.get(new WireReader(head.subarray(1, 5)).uint32());
    const memory = request?.memory?.();
    return memory !== undefined && length <= memory.length ? memory.subarray(0, length) : new Uint8Array(length);
  }

  #message(reader: WireReader): SftpEvent {
    const type = reader.byte();
    if (!this.#isReady) return this.#version(type, reader);
    const id = reader.uint32();
    const request = this.#asked.get(id);
    if (request === undefined) throw remoteFault(`an answer to request ${id}, which is not open`);
    const answer = replyType(type);
    if (answer !== "status" && answer !== request.expects) throw remoteFault(`message ${type} is not an answer to it`);
    const reply = readReply(answer, reader);
    this.#check(reply, request);
    this.#asked.delete(id);
    return { type: "reply", id, reply };
  }

  #check(reply: Reply, { expects, dataMax = 0 }: Request): void {
    if (reply.type === "status" && reply.code === statusCodes.ok && expects !== "status") {
      throw remoteFault("the status OK where something else was asked for");
    }
    if (reply.type !== "data") return;
    if (reply.bytes.length > dataMax) throw remoteFault(`${reply.bytes.length} bytes where ${dataMax} were asked for`);
    // Section 6.4: the end of a file is a status. With no bytes a reader would ask on and on.
    if (reply.bytes.length === 0) throw remoteFault("an answer with no bytes in it");
  }

  /** Section 4. */
  #version(type: number, reader: WireReader): SftpEvent {
    if (type !== messages.version) throw remoteFault(`message ${type} in place of its version`);
    const version = reader.uint32();
    if (version !== sftpVersion) throw remoteFault(`version ${version} of SFTP where version ${sftpVersion} is spoken`);
    const extensions = new Map<string, string>();
    while (!reader.isAtEnd) extensions.set(reader.text(), reader.text());
    this.#isReady = true;
    return { type: "ready", extensions };
  }

  #freeId(): number {
    do this.#next = (this.#next + 1) % idsMax;
    while (this.#asked.has(this.#next));
    return this.#next;
  }
}

function broken(error: SallyportError): SallyportError {
  return new SallyportError("SSH_PROTOCOL", `the server does not keep to the SFTP protocol: ${error.message}`, {
    cause: error,
    details: error.details,
    hint: "Is the subsystem sftp of that server an SFTP server? What a login script prints ends up here, too.",
  });
}
