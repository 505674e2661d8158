// A server that does not keep to RFC 4254 harms one channel at most, and never hangs us.
import { expect, test } from "vitest";
import { systemClock } from "../../../../src/network/system-clock.ts";
import { systemRandom } from "../../../../src/network/system-random.ts";
import { channelConnection } from "../../../../src/ssh/embedded/channels/channel-connection.ts";
import { ChannelTable } from "../../../../src/ssh/embedded/channels/channel-table.ts";
import { EmbeddedNetwork } from "../../../../src/ssh/embedded/channels/embedded-network.ts";
import { exec } from "../../../../src/ssh/embedded/channels/exec.ts";
import { ListenerTable } from "../../../../src/ssh/embedded/channels/listener-table.ts";
import { channelWindow } from "../../../../src/ssh/embedded/channels/receive-window.ts";
import type { ChannelSender } from "../../../../src/ssh/embedded/channels/ssh2-messages.ts";
import { never } from "../open.ts";

/** A table whose messages are written down, and a channel of it that the server has opened with these values. */
async function opened(more: { window?: number; packetSize?: number } = {}) {
  const sent: string[] = [];
  const nudges = { count: 0 };
  const record =
    (name: string) =>
    (...args: unknown[]): void => {
      const line = [name, ...args.map((arg) => (Buffer.isBuffer(arg) ? arg.length : arg))].join(" ");
      if (line === "channelWindowAdjust 7 0") nudges.count += 1;
      else sent.push(line);
    };
  const send = new Proxy({} as ChannelSender, { get: (_, name) => record(String(name)) });
  const table = new ChannelTable({
    isCongested: () => false,
    whenClear: () => {},
    pace: { nowMs: () => 0, roundTripMs: () => 1 },
    peer: "the SSH server",
    onOpen: (request, answer) => network.take(request, answer),
  });
  const requests = { listen: () => Promise.reject(new Error("not here")), cancel: async () => {} };
  const listeners = new ListenerTable(requests, systemRandom, () => {});
  const network = new EmbeddedNetwork("remote end", { channels: table, listeners, clock: systemClock, emit: () => {} });
  table.sender = send;
  const request = table.request("host:21", never, () => {});
  table.CHANNEL_OPEN_CONFIRMATION({ recipient: 0, sender: 7, window: 1000, packetSize: 100, ...more });
  const channel = await request;
  const end = { host: "", port: 0 };
  return { sent, nudges, table, channel, connection: channelConnection(channel, end, end, systemClock) };
}

test("more data than the window breaks the channel", async () => {
  const { table, connection, sent } = await opened();
  table.CHANNEL_DATA(0, Buffer.alloc(channelWindow.firstBytes));
  table.CHANNEL_DATA(0, Buffer.alloc(1));
  table.CHANNEL_CLOSE(0);
  expect(await connection.closed).toMatchObject({ how: "reset", error: { code: "SSH_PROTOCOL" } });
  expect(sent).toEqual(["channelClose 7"]);
});

test("every small message that comes takes its acknowledgement along with a window adjustment by nothing", async () => {
  const { table, nudges } = await opened();
  expect(nudges.count).toBe(1); // the open confirmation
  table.CHANNEL_DATA(0, Buffer.from("150 here it comes\r\n"));
  expect(nudges.count).toBe(2);
  table.CHANNEL_DATA(0, Buffer.alloc(32_768));
  expect(nudges.count).toBe(2);
  table.CHANNEL_EOF(0);
  expect(nudges.count).toBe(3);
});

test("data after end-of-file breaks the channel", async () => {
  const { table, connection } = await opened();
  table.CHANNEL_EOF(0);
  table.CHANNEL_DATA(0, Buffer.alloc(1));
  table.CHANNEL_CLOSE(0);
  expect(await connection.closed).toMatchObject({ error: { code: "SSH_PROTOCOL" } });
});

test("a close without end-of-file is a reset, and is answered with a close", async () => {
  const { table, connection, sent } = await opened();
  table.CHANNEL_DATA(0, Buffer.from("half a file"));
  table.CHANNEL_CLOSE(0);
  expect(await connection.closed).toMatchObject({ by: "remote", how: "reset", error: { code: "NET_RESET" } });
  expect(sent).toEqual(["channelClose 7"]);
  expect(table.open).toEqual([]);
});

test("end-of-file and close with our writing under way keep what was sent to us, and break our write", async () => {
  const { table, connection, sent } = await opened({ window: 3 });
  const written = new Promise<unknown>((resolve) => connection.stream.write("more than three", resolve));
  table.CHANNEL_DATA(0, Buffer.from("the tail"));
  table.CHANNEL_EOF(0);
  table.CHANNEL_CLOSE(0);
  const tail = await new Promise((resolve) => connection.stream.once("data", resolve));
  expect(String(tail)).toBe("the tail");
  expect(await written).toMatchObject({ code: "NET_RESET" });
  expect(await connection.closed).toMatchObject({ by: "remote", how: "reset" });
  expect(sent[0]).toBe("channelData 7 3");
});

test("a largest packet of 0 bytes does not hang the sender", async () => {
  const { connection, sent } = await opened({ packetSize: 0, window: 2 });
  connection.stream.write("ab");
  expect(sent).toEqual(["channelData 7 1", "channelData 7 1"]);
  connection.reset();
});

test("a close in answer to an open message is a refusal", async () => {
  const { table } = await opened();
  const request = table.request("host:22", never, () => {});
  table.CHANNEL_CLOSE(1);
  await expect(request).rejects.toMatchObject({ code: "SSH_CHANNEL_REFUSED" });
});

test("messages for channels that do not exist are passed over", async () => {
  const { table, sent } = await opened();
  for (const number of [9, 2 ** 32 - 1]) {
    table.CHANNEL_DATA(number, Buffer.alloc(1));
    table.CHANNEL_EXTENDED_DATA(number, Buffer.alloc(1));
    table.CHANNEL_WINDOW_ADJUST(number, 1);
    table.CHANNEL_EOF(number);
    table.CHANNEL_CLOSE(number);
    table.CHANNEL_REQUEST(number, "exit-status", true, 0);
    table.CHANNEL_SUCCESS(number);
    table.CHANNEL_FAILURE(number);
    table.CHANNEL_OPEN_FAILURE(number, 1, "");
    table.CHANNEL_OPEN_CONFIRMATION({ recipient: number, sender: 0, window: 0, packetSize: 0 });
  }
  expect(sent).toEqual([]);
});

test.each([
  ["forwarded-tcpip", 1],
  ["x11", 3],
  ["session", 3],
])("a channel of type %s that nobody wants is refused with reason %i", async (type, reason) => {
  const { table, sent } = await opened();
  table.CHANNEL_OPEN({ type, sender: 5, window: 1, packetSize: 1, data: {} });
  expect(sent).toEqual([`channelOpenFail 5 ${reason} `]);
});

test("a request that wants a reply gets one: sshd's ClientAliveInterval asks so", async () => {
  const { table, sent } = await opened();
  table.CHANNEL_REQUEST(0, "keepalive@openssh.com", true, null);
  table.CHANNEL_REQUEST(0, "eow@openssh.com", false, null);
  expect(sent).toEqual(["channelFailure 7"]);
});

test("a server that never answers our close does not hold us for ever", async () => {
  const { connection } = await opened();
  connection.reset();
  expect(await connection.closed).toMatchObject({ by: "local", how: "reset" });
});

test("a command whose channel ends without a status has not succeeded, and is no wait", async () => {
  const { table } = await opened();
  const running = exec(table, "true", never);
  table.CHANNEL_OPEN_CONFIRMATION({ recipient: 1, sender: 8, window: 1000, packetSize: 100 });
  await Promise.resolve();
  table.CHANNEL_SUCCESS(1);
  table.CHANNEL_EOF(1);
  table.CHANNEL_CLOSE(1);
  expect(await running).toEqual({ succeeded: false, stdout: "" });
});

test("a command that the server does not accept is refused", async () => {
  const { table } = await opened();
  const running = exec(table, "true", never);
  table.CHANNEL_OPEN_CONFIRMATION({ recipient: 1, sender: 8, window: 1000, packetSize: 100 });
  await Promise.resolve();
  table.CHANNEL_FAILURE(1);
  await expect(running).rejects.toMatchObject({ code: "SSH_CHANNEL_REFUSED" });
});

test("an open message that is answered after its abort is closed at once", async () => {
  const { table, sent } = await opened();
  const controller = new AbortController();
  const request = table.request("host:22", controller.signal, () => {});
  controller.abort(new Error("too slow"));
  await expect(request).rejects.toThrow("too slow");
  table.CHANNEL_OPEN_CONFIRMATION({ recipient: 1, sender: 8, window: 1, packetSize: 1 });
  expect(sent).toEqual(["channelClose 8"]);
  table.CHANNEL_CLOSE(1);
  expect(table.open).toEqual(["host:21"]);
});
