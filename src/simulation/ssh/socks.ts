// The server's side of SOCKS version 5 without authentication (RFC 1928): what ssh -D speaks.
import { once } from "node:events";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { formatIp } from "../../protocol/ip-address.ts";

const version = 5;
const connectCommand = 1;
const addressLengths: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const nameType = 3;

/** Reads the greeting and the request. Throws `SSH_PROTOCOL` for anything else. */
export async function readSocksRequest(connection: Connection): Promise<Endpoint> {
  const [greeting = 0, methods = 0] = await take(connection, 2);
  await take(connection, methods);
  if (greeting !== version) throw notSocks();
  connection.stream.write(Buffer.of(version, 0));
  const [again = 0, command = 0, , type = 0] = await take(connection, 4);
  if (again !== version || command !== connectCommand) throw notSocks();
  const host = await readHost(connection, type);
  const [high = 0, low = 0] = await take(connection, 2);
  return { host, port: high * 256 + low };
}

/** 0: succeeded; 5: connection refused. ssh, too, gives no address. */
export const socksAnswer = (isDone: boolean): Buffer => Buffer.of(version, isDone ? 0 : 5, 0, 1, 0, 0, 0, 0, 0, 0);

async function readHost(connection: Connection, type: number): Promise<string> {
  if (type === nameType) {
    const [length = 0] = await take(connection, 1);
    return (await take(connection, length)).toString("latin1");
  }
  const length = addressLengths[type];
  if (length === undefined) throw notSocks();
  return formatIp([...(await take(connection, length))]);
}

async function take({ stream }: Connection, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes = stream.read(length) as Buffer | null;
    if (bytes?.length === length) return bytes;
    if (stream.readableEnded || stream.destroyed || bytes !== null) throw notSocks();
    await Promise.race([once(stream, "readable"), once(stream, "end"), once(stream, "close")]);
  }
}

const notSocks = (): SallyportError => new SallyportError("SSH_PROTOCOL", "this is not a SOCKS 5 (RFC 1928)");
