// Facts of TCP that failures of FTP come from. Each is run on a simulated host and on this machine's kernel, over loopback,
// and must be seen to be the same on both.
import type { Connection, Network } from "../../src/platform/network.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { ending, mebibyte, send } from "../../src/testing/network/traffic.ts";
import { connectTo, joined, listenAt, never } from "./stage.ts";

export interface FactBench {
  readonly network: Network;
  /** States of the sockets with this local and this remote port. */
  readonly statesOf: (localPort: number, remotePort: number) => readonly string[];
  /** Looks again until it holds. */
  readonly eventually: (what: string, look: () => boolean) => Promise<void>;
}

export interface Fact {
  readonly name: string;
  readonly expected: unknown;
  readonly observe: (bench: FactBench) => Promise<unknown>;
}

const here = "127.0.0.1";

/** `ok`, or the system's name of the error. */
async function outcome(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return "ok";
  } catch (error) {
    return isSallyportError(error) ? (error.details.system ?? error.code) : String(error);
  }
}

/** Ours ends first, then theirs; both programs are done with it. */
async function endInOrder(first: Connection, second: Connection): Promise<void> {
  const ends = [ending(first.stream), ending(second.stream)];
  first.stream.end();
  await ends[1];
  second.stream.end();
  await Promise.all([first.closed, second.closed]);
}

const again = ({ network }: FactBench, { local, remote }: Connection): Promise<Connection> =>
  connectTo(network, remote.host, remote.port, { localAddress: local.host, localPort: local.port });

async function freePort(network: Network): Promise<number> {
  const listener = await listenAt(network, here);
  await listener[Symbol.asyncDispose]();
  return listener.endpoint.port;
}

export const facts: readonly Fact[] = [
  {
    name: "a port where nobody listens refuses",
    expected: "ECONNREFUSED",
    observe: async ({ network }) => outcome(connectTo(network, here, await freePort(network))),
  },
  {
    name: "a port has one listener for an address, and one on every address is in its way",
    expected: ["EADDRINUSE", "EADDRINUSE", "ok"],
    observe: async ({ network }) => {
      const { port } = (await listenAt(network, here)).endpoint;
      const hosts = [here, "0.0.0.0", "127.0.0.2"];
      const seen: string[] = [];
      for (const host of hosts) seen.push(await outcome(listenAt(network, host, port)));
      return seen;
    },
  },
  {
    name: "an address of somebody else cannot be listened on or connected from",
    expected: ["EADDRNOTAVAIL", "EADDRNOTAVAIL"],
    observe: async ({ network }) => [
      await outcome(listenAt(network, "203.0.113.77")),
      await outcome(connectTo(network, here, 21, { localAddress: "203.0.113.77" })),
    ],
  },
  {
    name: "127.0.0.2 is here as well, and who connects to it comes from 127.0.0.1",
    expected: "127.0.0.1",
    observe: async ({ network }) => (await joined(network, network, "127.0.0.2")).far.remote.host,
  },
  {
    name: "the ends of a connection cannot be joined a second time",
    expected: "EADDRNOTAVAIL",
    observe: async (bench) => {
      const port = await freePort(bench.network);
      const listener = await listenAt(bench.network, here);
      const near = await connectTo(bench.network, here, listener.endpoint.port, { localPort: port });
      return outcome(again(bench, near));
    },
  },
  {
    name: "the side that closes first keeps the connection in TIME_WAIT, the other forgets it",
    expected: [["TIME_WAIT"], []],
    observe: async (bench) => {
      const { near, far } = await joined(bench.network, bench.network, here);
      await endInOrder(near, far);
      const [a, b] = [near.local.port, near.remote.port];
      const look = (): (readonly string[])[] => [bench.statesOf(a, b), bench.statesOf(b, a)];
      await bench.eventually("both ends are closed", () => look()[1]?.length === 0 && look()[0]?.[0] === "TIME_WAIT");
      return look();
    },
  },
  {
    name: "with time stamps a connection in TIME_WAIT can be made again by the side that waits",
    expected: "ok",
    observe: async (bench) => {
      const listener = await listenAt(bench.network, here);
      const localPort = await freePort(bench.network);
      const near = await connectTo(bench.network, here, listener.endpoint.port, { localAddress: here, localPort });
      await endInOrder(near, await listener.accept({ signal: never }));
      return outcome(again(bench, near));
    },
  },
  {
    name: "a reset leaves no TIME_WAIT",
    expected: [],
    observe: async (bench) => {
      const { near, far } = await joined(bench.network, bench.network, here);
      const broken = ending(far.stream);
      near.reset();
      await Promise.all([broken, near.closed]);
      return bench.statesOf(near.local.port, near.remote.port);
    },
  },
  {
    name: "one that sent its end waits in FIN_WAIT2, the other is in CLOSE_WAIT",
    expected: [["FIN_WAIT2"], ["CLOSE_WAIT"]],
    observe: async (bench) => {
      const { near, far } = await joined(bench.network, bench.network, here);
      near.stream.end();
      await ending(far.stream);
      const [a, b] = [near.local.port, near.remote.port];
      await bench.eventually("the end is acknowledged", () => bench.statesOf(a, b)[0] === "FIN_WAIT2");
      return [bench.statesOf(a, b), bench.statesOf(b, a)];
    },
  },
  {
    name: "close with unread bytes resets, close without is an end",
    expected: ["broken", "end"],
    observe: async ({ network, eventually }) => {
      const seen: string[] = [];
      for (const size of [mebibyte, 0]) {
        const { near, far } = await joined(network, network, here);
        if (size > 0) await send(far.stream, Buffer.alloc(size));
        // What the stream has taken counts as read; behind it there is more.
        await eventually("the stream is full", () => size === 0 || near.stream.readableLength >= 262_144);
        const seenByPeer = ending(far.stream);
        near.stream.destroy();
        seen.push(await seenByPeer);
        far.reset();
      }
      return seen;
    },
  },
  {
    name: "what is sent to one that has closed is answered with a reset, which the next write tells",
    expected: "EPIPE",
    observe: async ({ network, eventually, statesOf }) => {
      const { near, far } = await joined(network, network, here);
      const ended = ending(far.stream);
      near.stream.destroy();
      await ended;
      await send(far.stream, "anybody there?");
      const { local, remote } = far;
      await eventually("the reset has come", () => statesOf(local.port, remote.port).length === 0);
      return outcome(send(far.stream, "anybody?"));
    },
  },
  {
    name: "a port that the system chose for a connection cannot be listened on",
    expected: "EADDRINUSE",
    observe: async ({ network }) => {
      const { near } = await joined(network, network, here);
      return outcome(listenAt(network, here, near.local.port));
    },
  },
  {
    name: "the port of a connection can be listened on when both were bound with SO_REUSEADDR",
    expected: "ok",
    observe: async ({ network }) => {
      const localPort = await freePort(network);
      const listener = await listenAt(network, here);
      await connectTo(network, here, listener.endpoint.port, { localAddress: here, localPort });
      return outcome(listenAt(network, here, localPort));
    },
  },
  {
    name: "the port of a listener cannot be connected from",
    expected: "EADDRINUSE",
    observe: async ({ network }) => {
      const [one, other] = [await listenAt(network, here), await listenAt(network, here)];
      const from = { localAddress: here, localPort: one.endpoint.port };
      return outcome(connectTo(network, here, other.endpoint.port, from));
    },
  },
  {
    name: "a port in TIME_WAIT at a server can be listened on again",
    expected: "ok",
    observe: async ({ network }) => {
      const { near, far } = await joined(network, network, here);
      await endInOrder(far, near);
      // Another address: the listener of before is still there.
      return outcome(listenAt(network, "127.0.0.2", far.local.port));
    },
  },
];
