// A server that does not keep to RFC 4254 harms one channel at most, and never hangs us.
import { expect, test } from "vitest";
import { systemClock } from "../../../src/network/system-clock.ts";
import { systemRandom } from "../../../src/network/system-random.ts";
import { SallyportError } from "../../../src/protocol/error.ts";
import { channelConnection } from "../../../src/ssh/channels/channel.ts";
import { exec } from "../../../src/ssh/channels/exec.ts";
import { ownForwards } from "../../../src/ssh/channels/tcpip-forward.ts";
import { close, confirm, data, eof, extendedData, refuse, reply, request } from "./machine/messages.ts";
import { channelsRig, never, windowBytes } from "./rig.ts";

const end = { host: "", port: 0 };
const target = "host:22";

async function opened(window?: number, packetMax?: number) {
  const requests = { listen: () => Promise.reject(new Error("not here")), cancel: async () => {} };
  const { onOpen } = ownForwards({ requests, random: systemRandom, clock: systemClock, emit: () => {} });
  const rig = channelsRig({ onOpen });
  const channel = await rig.open(window, packetMax);
  return { ...rig, channel, connection: channelConnection(channel, end, end, systemClock) };
}

test("more data than the window breaks the channel", async () => {
  const { receive, connection, sent } = await opened();
  for (let left = windowBytes; left > 0; left -= 32_768) receive(data(0, Buffer.alloc(32_768)));
  receive(data(0, "x"), close(0));
  expect(await connection.closed).toMatchObject({ how: "reset", error: { code: "SSH_PROTOCOL" } });
  expect(sent()).toEqual(["close 70"]);
});

test("data after end-of-file breaks the channel", async () => {
  const { receive, connection } = await opened();
  receive(eof(0), data(0, "x"), close(0));
  expect(await connection.closed).toMatchObject({ error: { code: "SSH_PROTOCOL" } });
});

test("a close without end-of-file is a reset, and is answered with a close", async () => {
  const { channels, receive, connection, sent } = await opened();
  receive(data(0, "half a file"), close(0));
  expect(await connection.closed).toMatchObject({ by: "remote", how: "reset", error: { code: "NET_RESET" } });
  expect(sent()).toEqual(["close 70"]);
  expect([channels.open, channels.count]).toEqual([[], 0]);
});

test("end-of-file and close with our writing under way keep what was sent to us, and break our write", async () => {
  const { receive, connection, sent } = await opened(3);
  const written = new Promise<unknown>((resolve) => connection.stream.write("more than three", resolve));
  receive(data(0, "the tail"), eof(0), close(0));
  const tail = await new Promise((resolve) => connection.stream.once("data", resolve));
  expect(String(tail)).toBe("the tail");
  expect(await written).toMatchObject({ code: "NET_RESET" });
  expect(await connection.closed).toMatchObject({ by: "remote", how: "reset" });
  expect(sent()[0]).toBe("data 70 mor");
});

test("a largest packet of 0 bytes does not hang the sender: the channel is not opened", async () => {
  const { channels, receive, sent } = await opened();
  const opening = channels.openChannel({ kind: "direct-tcpip", target }, never);
  receive(confirm(1, 71, 2, 0));
  await expect(opening).rejects.toMatchObject({ code: "SSH_PROTOCOL" });
  expect(sent().at(-1)).toBe("close 71");
});

test("a close in answer to an open message is a refusal", async () => {
  const { channels, receive } = await opened();
  const opening = channels.openChannel({ kind: "direct-tcpip", target }, never);
  receive(close(1));
  await expect(opening).rejects.toMatchObject({ code: "SSH_CHANNEL_REFUSED" });
});

test.each([
  ["forwarded-tcpip", 1],
  ["x11", 3],
  ["session", 3],
])("a channel of type %s that nobody wants is refused with reason %i", async (kind, reason) => {
  const { receive, sent } = await opened();
  const ends = { host: "", port: 1, originatorHost: "", originatorPort: 2 };
  receive({ type: "open", kind, sender: 5, window: 1, packetMax: 100, ends });
  expect(sent()).toEqual([`open-failure 5 reason=${reason}`]);
});

test("a request that wants a reply gets one: sshd's ClientAliveInterval asks so", async () => {
  const { receive, sent } = await opened();
  receive(request(0, "keepalive@openssh.com", true), request(0, "eow@openssh.com", false));
  expect(sent()).toEqual(["failure 70"]);
});

test("standard error that nobody reads gives its window back", async () => {
  const { receive, sent } = await opened();
  for (let count = 0; count < 8; count += 1) receive(extendedData(0, 1, "x".repeat(32_768)));
  expect(sent()).toEqual([131_072, 131_072].map((bytes) => `window-adjust 70 ${bytes}`));
});

test("a server that never answers our close does not hold us for ever", async () => {
  const { connection } = await opened();
  connection.reset();
  expect(await connection.closed).toMatchObject({ by: "local", how: "reset" });
});

test("a command whose channel ends without a status has not succeeded, and is no wait", async () => {
  const { channels, receive } = await opened();
  const running = exec(channels, "true", never);
  receive(confirm(1, 71));
  await Promise.resolve();
  receive(reply(1, true), eof(1), close(1));
  expect(await running).toEqual({ succeeded: false, stdout: "" });
});

test("a command that the server does not accept is refused", async () => {
  const { channels, receive } = await opened();
  const running = exec(channels, "true", never);
  receive(confirm(1, 71));
  await Promise.resolve();
  receive(reply(1, false));
  await expect(running).rejects.toMatchObject({ code: "SSH_CHANNEL_REFUSED" });
});

test("an open message that is answered after its abort is closed at once, and a refusal then is no matter", async () => {
  const { channels, receive, sent } = await opened();
  const controller = new AbortController();
  const openings = [1, 2].map(() => channels.openChannel({ kind: "session", target }, controller.signal));
  controller.abort(new Error("too slow"));
  for (const opening of openings) await expect(opening).rejects.toThrow("too slow");
  sent();
  receive(confirm(1, 71), refuse(2, 1, ""));
  expect(sent()).toEqual(["close 71"]);
  receive(close(1));
  expect([channels.open, channels.count]).toEqual([["ftp-host:21"], 1]);
});

test("a lost connection breaks what is open and what is being opened, and opens nothing any more", async () => {
  const { channels, connection } = await opened();
  const opening = channels.openChannel({ kind: "session", target }, never);

  const lost = new SallyportError("SSH_DISCONNECTED", "gone");
  channels.lose(lost);
  await expect(opening).rejects.toBe(lost);
  await expect(channels.openChannel({ kind: "session", target }, never)).rejects.toBe(lost);
  expect(await connection.closed).toMatchObject({ by: "remote", how: "lost", error: lost });
  expect(channels.open).toEqual([]);
});
