// The control connection to the FTP server, over an SSH connection that may have died unnoticed.
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { RemoteSockets } from "../../src/data-connection/remote-sockets.ts";
import { ControlConnection, openUpstreamControl } from "../../src/gateway/control-connections.ts";
import type { GatewayEnvironment, GatewayOptions, Upstream } from "../../src/gateway/environment.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { channelConnection } from "../../src/ssh/channels/channel.ts";
import { close, eof } from "../ssh/channels/machine/messages.ts";
import { channelsRig } from "../ssh/channels/rig.ts";
import { FakeClock } from "../support/fake-clock.ts";

const connection = {} as Connection;
const never = new AbortController().signal;

/** `dead`: the SSH connection is found to be lost when the channel is asked for. */
function upstreamOf(outcome: "dead" | "refused" | "open"): Upstream {
  const lost = new AbortController();
  const connect = async (): Promise<Connection> => {
    if (outcome === "open") return connection;
    if (outcome === "dead") lost.abort(new Error("lost"));
    throw new SallyportError("NET_REFUSED", outcome);
  };
  return {
    network: { name: "back", connect } as unknown as Network,
    signal: lost.signal,
    address: undefined,
    remoteSockets: new RemoteSockets(async () => []),
  };
}

function open(...upstreams: readonly Upstream[]): Promise<unknown> {
  const left = [...upstreams];
  const environment = { clock: new FakeClock(), upstream: async () => left.shift() } as unknown as GatewayEnvironment;
  const options = { target: { host: "ftp-host", port: 21 }, upstreamMode: "auto" } as unknown as GatewayOptions;
  return openUpstreamControl(environment, options, never);
}

test("that the SSH server closes while it is idle is told with what does that, and one that the FTP server ends is not", async () => {
  for (const isClosed of [true, false]) {
    const { open: openChannel, receive } = channelsRig();
    const end = { host: "ftp-host", port: 21 };
    const over = channelConnection(await openChannel(), end, end, systemClock);
    const ended = new Promise<string | undefined>((resolve) => {
      new ControlConnection(over, { bytes: () => {}, ended: resolve, gone: () => {} });
    });
    receive(eof(0), ...(isClosed ? [close(0)] : []));
    if (isClosed) expect(await ended).toMatch(/^the SSH server has closed the channel to ftp-host:21 .*ChannelTimeout/);
    else expect(await ended).toBeUndefined();
    over.reset();
  }
});

test("over one that is lost when the channel is asked for is made over the next one", async () => {
  const next = upstreamOf("open");
  expect(await open(upstreamOf("dead"), next)).toMatchObject({ upstream: next, connection });
});

test("is tried twice and no more", async () => {
  await expect(open(upstreamOf("dead"), upstreamOf("dead"), upstreamOf("open"))).rejects.toThrow("dead");
});

test("that the SSH server refuses is not tried again", async () => {
  await expect(open(upstreamOf("refused"), upstreamOf("open"))).rejects.toThrow("refused");
});

/** Over a stream that shows what leaves in one piece. */
function writing(): { readonly control: ControlConnection; readonly pieces: string[] } {
  const pieces: string[] = [];
  const stream = new Duplex({
    read: () => {},
    write: (bytes, _encoding, done) => {
      pieces.push(String(bytes));
      done();
    },
    writev: (chunks, done) => {
      pieces.push(chunks.map(({ chunk }) => String(chunk)).join(""));
      done();
    },
  });
  const over = { stream, closed: new Promise(() => {}) } as unknown as Connection;
  return { control: new ControlConnection(over, { bytes: () => {}, ended: () => {}, gone: () => {} }), pieces };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a reply that may wait leaves with the next one, or by itself when none follows", async () => {
  const { control, pieces } = writing();
  control.write(Buffer.from("150 "), true);
  expect(pieces).toEqual([]);
  control.write(Buffer.from("226 "));
  expect(pieces).toEqual(["150 226 "]);
  control.write(Buffer.from("150 "), true);
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  expect(pieces).toEqual(["150 226 ", "150 "]);
});
