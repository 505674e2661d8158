// OpenSSH's multiplexing protocol (PROTOCOL.mux): what we ask of the ssh that holds the connection.
import { printable } from "../../protocol/printable.ts";
import { WireReader } from "../connection-protocol/wire-reader.ts";
import { WireWriter } from "../connection-protocol/wire-writer.ts";

/** Section 1. */
export const muxVersion = 4;

/** Section 11, and mux.c for MUX_C_PROXY and its answer. */
export const mux = {
  hello: 0x00000001,
  aliveCheck: 0x10000004,
  terminate: 0x10000005,
  openForward: 0x10000006,
  closeForward: 0x10000007,
  proxy: 0x1000000f,
  ok: 0x80000001,
  permissionDenied: 0x80000002,
  failure: 0x80000003,
  alive: 0x80000005,
  remotePort: 0x80000007,
  proxyStarted: 0x8000000f,
} as const;

/** MUX_FWD_LOCAL, MUX_FWD_REMOTE */
const localForward = 1;
const remoteForward = 2;

/** A port that says: the address is the path of a Unix socket. */
const unixSocket = 0xfffffffe;

export interface MuxReply {
  readonly type: number;
  /** 0 in a hello. */
  readonly request: number;
  /** Why not, in `permissionDenied` and `failure`. */
  readonly reason: string;
  /** The number in `hello` (version), `remotePort` (port) and `alive` (process id). */
  readonly value: number;
}

export function encodeHello(): Uint8Array {
  return new WireWriter().uint32(mux.hello).uint32(muxVersion).packet();
}

export function encodeRequest(type: number, request: number, body: Uint8Array): Uint8Array {
  return new WireWriter().uint32(type).uint32(request).raw(body).packet();
}

/** Sections 6 and 7: connections to `host:port` at the remote end come to a Unix socket here. `host` as `-R` takes it. */
export function forwardBody(host: string, port: number, socketPath: string): Uint8Array {
  return new WireWriter()
    .uint32(remoteForward)
    .string(host)
    .uint32(port)
    .string(socketPath)
    .uint32(unixSocket)
    .payload();
}

/** The same the other way: connections to a Unix socket here go to `host:port` as the remote end sees it. */
export function localForwardBody(socketPath: string, host: string, port: number): Uint8Array {
  return new WireWriter()
    .uint32(localForward)
    .string(socketPath)
    .uint32(unixSocket)
    .string(host)
    .uint32(port)
    .payload();
}

/** Throws SSH_PROTOCOL for anything else. */
export function decodeReply(packet: Uint8Array): MuxReply {
  const reader = new WireReader(packet);
  const type = reader.uint32();
  const request = type === mux.hello ? 0 : reader.uint32();
  const hasReason = type === mux.permissionDenied || type === mux.failure;
  const hasValue = type === mux.hello || type === mux.remotePort || type === mux.alive;
  return {
    type,
    request,
    reason: hasReason ? printable(reader.text()) : "",
    value: hasValue ? reader.uint32() : 0,
  };
}
