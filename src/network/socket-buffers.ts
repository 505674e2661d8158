// Reading from a socket into buffers that exist already.
//
// Node gives each piece that it reads a new buffer of 64 KiB: 16,000 a gigabyte, and V8 collects everything every few of
// them, because they count as its heap. The option `onread` of net.connect avoids that, but a server's sockets and TLS over
// a socket that exists cannot be given it. What the option does is to set three properties of the socket and to tell the
// handle; here this is done to a socket that exists. Where a Node has them no more, there is no such function.
import { Socket } from "node:net";
import type { Receiver, ReceivesInto } from "../platform/network.ts";
import { handleOf } from "../platform/socket-handle.ts";

/** Names of the properties behind `onread`. */
interface OnReadKeys {
  readonly buffer: symbol;
  /** Called with the number of bytes; `false` stops reading. */
  readonly callback: symbol;
  /** Gives the buffer for the next read. */
  readonly generate: symbol;
}

const keys: OnReadKeys | undefined = findKeys();

function findKeys(): OnReadKeys | undefined {
  const generate = (): Buffer => Buffer.alloc(1);
  const callback = (): boolean => true;
  const model = new Socket({ onread: { buffer: generate, callback } } as ConstructorParameters<typeof Socket>[0]);
  const find = (fits: (key: symbol) => boolean): symbol | undefined => Object.getOwnPropertySymbols(model).find(fits);
  const value = (key: symbol): unknown => Reflect.get(model, key);
  const found = {
    buffer: find((key) => key.description === "kBuffer" && value(key) === true),
    callback: find((key) => value(key) === callback),
    generate: find((key) => value(key) === generate),
  };
  model.destroy();
  const { buffer, callback: called, generate: generated } = found;
  return buffer && called && generated && { buffer, callback: called, generate: generated };
}

/** What a connection made of this socket has as `receiveInto`; nothing where that cannot be done. */
export function intoBuffers(socket: Socket): ReceivesInto["receiveInto"] | undefined {
  if (keys === undefined || handleOf(socket)?.useUserBuffer === undefined) return undefined;
  return (receiver) => receiveInto(socket, receiver);
}

function receiveInto(socket: Socket, receiver: Receiver): () => void {
  let enough = takeRead(socket, receiver);
  let held = false;
  const goOn = (): void => {
    held = false;
    if (!enough && !socket.destroyed) socket.resume();
  };
  const onRead = (count: number): boolean => {
    enough = !receiver.filled(count);
    return !enough;
  };
  install(socket, receiver.room(), onRead, () => receiver.room());
  goOn();
  return () => {
    enough = false;
    // Not from within a read.
    if (!held) setImmediate(goOn);
    held = true;
  };
}

function install(socket: Socket, room: Uint8Array, onRead: (count: number) => boolean, next: () => Uint8Array): void {
  const handle = handleOf(socket);
  // A socket that has gone already has none; its end comes as ever.
  if (keys === undefined || handle?.useUserBuffer === undefined) return;
  Reflect.set(socket, keys.callback, onRead);
  Reflect.set(socket, keys.generate, next);
  Reflect.set(socket, keys.buffer, room);
  handle.useUserBuffer(room);
}

/** What the stream has read already. True: the receiver has enough. */
function takeRead(socket: Socket, receiver: Receiver): boolean {
  let enough = false;
  for (let piece: Uint8Array | null = socket.read(); piece !== null; piece = socket.read()) {
    for (let rest = piece; rest.length > 0; ) {
      const room = receiver.room();
      const count = Math.min(rest.length, room.length);
      room.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      enough = !receiver.filled(count);
    }
  }
  return enough;
}
