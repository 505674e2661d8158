// What a tunnel has learned, for its own user alone: a Unix socket (mode 0600) in a directory (0700) that nobody else has made.
import { lstat, mkdir, rmdir } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Acceptor } from "../admission/acceptor.ts";
import { systemClock } from "../network/system-clock.ts";
import { listenOnUnixSocket } from "../network/unix-socket.ts";
import { limits } from "../protocol/limits.ts";

/** Where a forward listens. */
interface Where {
  readonly host: string;
  readonly port: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Answers whoever asks until it is disposed. Never throws: a tunnel without it is a tunnel. */
export async function offerMemory(
  forwards: readonly Where[],
  env: Environment,
  sentences: () => readonly string[],
): Promise<AsyncDisposable> {
  const directory = await ownDirectory(env, true);
  const offered = forwards.filter(({ port }) => directory !== undefined && port !== 0);
  const listening = offered.map((where) => listenAt(join(directory ?? "", nameOf(where)), sentences));
  const acceptors = (await Promise.all(listening)).filter((acceptor) => acceptor !== undefined);
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(acceptors.map((acceptor) => acceptor.stopAccepting()));
      await Promise.all(acceptors.map((acceptor) => acceptor.sessionsOver()));
      if (directory !== undefined) await rmdir(directory).catch(() => {}); // then another tunnel of this user is in it
    },
  };
}

async function listenAt(path: string, sentences: () => readonly string[]): Promise<Acceptor | undefined> {
  const { signal } = new AbortController();
  try {
    const listener = await listenOnUnixSocket({ path, replace: true }, systemClock, signal);
    const acceptor: Acceptor = new Acceptor(listener, (connection) =>
      acceptor.refuse(connection, JSON.stringify({ version: 1, learned: sentences() })),
    );
    return acceptor;
  } catch {
    return undefined;
  }
}

/** What the tunnel at that port of this machine has learned. undefined: there is none of this user's. */
export async function askMemory({ host, port }: Where, env: Environment): Promise<readonly string[] | undefined> {
  const directory = await ownDirectory(env, false);
  if (directory === undefined) return undefined;
  for (const one of host === "localhost" ? ["127.0.0.1", "::1"] : [host]) {
    const text = await readAll(join(directory, nameOf({ host: one, port })));
    const learned = parse(text);
    if (learned !== undefined) return learned;
  }
  return undefined;
}

const nameOf = ({ host, port }: Where): string => `${host.replaceAll(":", "_")}-${port}`;

/** undefined: it cannot be had, or somebody else could have put something there. */
async function ownDirectory(env: Environment, make: boolean): Promise<string | undefined> {
  const user = process.getuid?.();
  if (user === undefined) return undefined;
  const path = join(env["XDG_RUNTIME_DIR"] || tmpdir(), `sallyport-learned-${user}`);
  try {
    if (make) await mkdir(path, { mode: 0o700 }).catch(() => {}); // then it is there already, or cannot be had
    const found = await lstat(path);
    return found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0 ? path : undefined;
  } catch {
    return undefined;
  }
}

function readAll(path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(path);
    const over = (): void => {
      cancel();
      socket.destroy();
      resolve(text);
    };
    const cancel = systemClock.after(limits.tunnelMemoryAskMs, over);
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (text.length > limits.tunnelMemoryBytesMax) over();
    });
    socket.on("error", over).on("end", over);
  });
}

function parse(text: string): readonly string[] | undefined {
  try {
    const { version, learned } = JSON.parse(text);
    const isRight = version === 1 && Array.isArray(learned) && learned.every((one) => typeof one === "string");
    return isRight ? learned : undefined;
  } catch {
    return undefined;
  }
}
