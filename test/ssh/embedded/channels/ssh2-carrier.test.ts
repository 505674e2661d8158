// Our channels on what ssh2 calls for each message, and what we have it send.
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { SallyportError } from "../../../../src/protocol/error.ts";
import { fixedWindows } from "../../../../src/ssh/channels/machine/window-pace.ts";
import { ssh2Channels } from "../../../../src/ssh/embedded/channels/ssh2-carrier.ts";
import type { Ssh2Peer } from "../../../../src/ssh/embedded/channels/ssh2-messages.ts";
import { never } from "../open.ts";

const names = [
  ...["session", "directTcpip", "forwardedTcpip", "channelOpenConfirm", "channelOpenFail", "channelData"],
  ...["channelExtData", "channelWindowAdjust", "channelEOF", "channelClose", "channelSuccess", "channelFailure"],
  ...["exec", "subsystem", "signal", "exitStatus", "exitSignal", "ping"],
];

/** What ssh2 is given to send is written down; `receive` calls its handler. */
function bench() {
  let sent: string[] = [];
  const record =
    (name: string) =>
    (...args: unknown[]): void => {
      sent.push([name, ...args.map((arg) => (Buffer.isBuffer(arg) ? arg.length : JSON.stringify(arg)))].join(" "));
    };
  const handlers: Record<string, (...args: unknown[]) => void> = {};
  const protocol = {
    _handlers: handlers,
    _kexinit: undefined,
    _cipher: { allocPacket: () => Buffer.alloc(0), _onWrite: () => {} },
    ...Object.fromEntries(names.map((name) => [name, record(name)])),
  };
  const peer = Object.assign(new EventEmitter(), { _protocol: protocol }) as unknown as Ssh2Peer;
  const channels = ssh2Channels({
    peer,
    stream: new PassThrough(),
    windows: fixedWindows(100_000),
    role: "client",
    onOpen: (request, answer) => {
      if (request.kind === "forwarded-tcpip") answer.accept(JSON.stringify(request.ends));
      else answer.refuse(3, "no");
    },
  });
  return {
    channels,
    receive: (name: string, ...args: unknown[]) => handlers[name]?.(protocol, ...args),
    sent: () => {
      const all = sent;
      sent = [];
      return all;
    },
  };
}

async function opened() {
  const rig = bench();
  const ends = { host: "ftp-host", port: 21, originatorHost: "127.0.0.1", originatorPort: 0 };
  const opening = rig.channels.openChannel({ kind: "direct-tcpip", ends, target: "ftp-host:21" }, never);
  const open = rig.sent();
  rig.receive("CHANNEL_OPEN_CONFIRMATION", { recipient: 0, sender: 7, window: 1000, packetSize: 32_768 });
  return { ...rig, open, channel: await opening };
}

test("a channel is opened, written to, asked and ended by ssh2's own messages", async () => {
  const { open, channel, sent, receive } = await opened();
  const ends = JSON.stringify({ dstIP: "ftp-host", dstPort: 21, srcIP: "127.0.0.1", srcPort: 0 });
  expect(open).toEqual([`directTcpip 0 100000 32768 ${ends}`]);
  sent();
  channel.write(new Uint8Array(5));
  channel.request("exec", "ls");
  channel.request("subsystem", "sftp");
  channel.notify("signal", "TERM");
  channel.notify("exit-status", 3);
  channel.notify("exit-signal", "KILL");
  channel.writeStandardError(Buffer.from("oh"));
  channel.end();
  await new Promise((resolve) => setImmediate(resolve));
  receive("CHANNEL_EOF", 0);
  expect(sent()).toEqual([
    "channelData 7 5",
    'exec 7 "ls" true',
    'subsystem 7 "sftp" true',
    'signal 7 "TERM"',
    "exitStatus 7 3",
    'exitSignal 7 "KILL" false ""',
    "channelExtData 7 2 1",
    "channelEOF 7",
    "channelClose 7",
  ]);
});

test("data, replies and requests of ssh2 reach the channel", async () => {
  const { channel, receive, sent } = await opened();
  const seen: unknown[] = [];
  channel.onReply = (isGranted) => seen.push(isGranted);
  channel.onRequest = (name, argument) => {
    seen.push([name, argument]);
    return undefined;
  };
  channel.on("data", (chunk) => seen.push(String(chunk)));
  channel.request("exec", "a");
  channel.request("exec", "b");
  sent();
  receive("CHANNEL_SUCCESS", 0);
  receive("CHANNEL_FAILURE", 0);
  receive("CHANNEL_REQUEST", 0, "exit-status", false, 4);
  receive("CHANNEL_REQUEST", 0, "exit-signal", false, { signal: "KILL" });
  receive("CHANNEL_REQUEST", 0, "keepalive@openssh.com", true, null);
  receive("CHANNEL_DATA", 0, Buffer.from("hello"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([
    true,
    false,
    ["exit-status", 4],
    ["exit-signal", undefined],
    ["keepalive@openssh.com", undefined],
    "hello",
  ]);
  expect(sent()[0]).toBe("channelFailure 7");
});

test("a channel that the server opens is accepted or refused by ssh2's messages", () => {
  const { channels, receive, sent } = bench();
  const data = { destIP: "localhost", destPort: 2000, srcIP: "192.0.2.1", srcPort: 3000 };
  receive("CHANNEL_OPEN", { type: "forwarded-tcpip", sender: 5, window: 10, packetSize: 1000, data });
  receive("CHANNEL_OPEN", { type: "x11", sender: 6, window: 10, packetSize: 1000, data: {} });
  expect(sent()).toEqual(["channelOpenConfirm 5 0 100000 32768", 'channelOpenFail 6 3 "no"']);
  expect(channels.open).toEqual([
    JSON.stringify({ host: "localhost", port: 2000, originatorHost: "192.0.2.1", originatorPort: 3000 }),
  ]);
});

test("every small message that comes takes its acknowledgement along with a window adjustment by nothing", async () => {
  const { receive, sent } = await opened();
  const nudges = (): number => sent().filter((line) => line === "channelWindowAdjust 7 0").length;
  expect(nudges()).toBe(1); // the open confirmation
  receive("CHANNEL_DATA", 0, Buffer.from("150 here it comes\r\n"));
  expect(nudges()).toBe(1);
  receive("CHANNEL_DATA", 0, Buffer.alloc(32_768));
  expect(nudges()).toBe(0);
  receive("CHANNEL_EOF", 0);
  expect(nudges()).toBe(1);
});

test("behind a granted command no message is sent for an acknowledgement: the server sends without delay", async () => {
  const { channel, receive, sent } = await opened();
  channel.request("exec", "true");
  receive("CHANNEL_FAILURE", 0);
  sent();
  receive("CHANNEL_DATA", 0, Buffer.from("a"));
  expect(sent()).toEqual(["channelWindowAdjust 7 0"]);
  channel.request("exec", "true");
  receive("CHANNEL_SUCCESS", 0);
  sent();
  receive("CHANNEL_DATA", 0, Buffer.from("a"));
  expect(sent()).toEqual([]);
});

test("nothing is sent once the connection is lost: ssh2 may throw then", async () => {
  const { channels, channel, sent } = await opened();
  sent();
  channels.lose(new SallyportError("SSH_DISCONNECTED", "gone"));
  channel.destroy();
  expect(sent()).toEqual([]);
});

test("another version of ssh2 is told apart at once", () => {
  const peer = Object.assign(new EventEmitter(), { _protocol: { _handlers: {}, _kexinit: undefined } });
  expect(() =>
    ssh2Channels({
      peer: peer as unknown as Ssh2Peer,
      stream: new PassThrough(),
      windows: fixedWindows(1),
      role: "client",
      onOpen: () => {},
    }),
  ).toThrow(/this version of the ssh2 library/);
});
