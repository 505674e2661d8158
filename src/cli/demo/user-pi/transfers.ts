// A listing, a download, an upload: each is over when the data have ended in order and the server has said 226.
import { finish } from "../../../data-connection/finish.ts";
import { systemClock } from "../../../network/system-clock.ts";
import type { Connection } from "../../../platform/network.ts";
import { SallyportError } from "../../../protocol/error.ts";
import type { DataMode } from "./data-modes.ts";
import type { UserPi } from "./user-pi.ts";

/** More than anything that the demo carries. */
const bytesMax = 1_048_576;

/** LIST or RETR: all that came. */
export function receive(pi: UserPi, mode: DataMode, verb: "LIST" | "RETR", name?: string): Promise<Uint8Array> {
  return transfer(pi, mode, verb, name, readAll);
}

/** STOR. */
export async function send(pi: UserPi, mode: DataMode, name: string, bytes: Uint8Array): Promise<void> {
  await transfer(pi, mode, "STOR", name, async (connection) => {
    connection.stream.write(bytes);
    if (!(await finish(connection, systemClock))) throw broken();
  });
}

async function transfer<T>(
  pi: UserPi,
  mode: DataMode,
  verb: string,
  name: string | undefined,
  carry: (connection: Connection) => Promise<T>,
): Promise<T> {
  const agreed = await mode(pi);
  try {
    // The reply comes before the data in one mode and behind them in another: wait for both.
    const started = pi.ask(1, verb, name);
    started.catch(() => {});
    const result = await Promise.race([failing(started), withConnection(agreed.connection(), carry, pi.signal)]);
    await started;
    await pi.reply(2, verb);
    return result;
  } finally {
    await agreed[Symbol.asyncDispose]();
  }
}

/** Rejects when the promise does, and never resolves. */
function failing(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => promise.catch(reject));
}

async function withConnection<T>(
  opening: Promise<Connection>,
  carry: (connection: Connection) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const connection = await opening;
  const onAbort = (): void => connection.reset();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await carry(connection);
  } finally {
    signal.removeEventListener("abort", onAbort);
    await connection[Symbol.asyncDispose]();
  }
}

async function readAll(connection: Connection): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Destroyed by its end, the stream could not send ours.
  for await (const chunk of connection.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > bytesMax) throw new SallyportError("INTERNAL", `more than ${bytesMax} bytes came`);
  }
  await connection[Symbol.asyncDispose]();
  const { how } = await connection.closed;
  if (how !== "fin") throw broken();
  return Buffer.concat(chunks);
}

function broken(): SallyportError {
  return new SallyportError("NET_RESET", "the data connection broke off");
}
