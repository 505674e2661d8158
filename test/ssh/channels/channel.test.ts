// What sshd never does, or does only sometimes, played by a server that does as it is told.
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src/network/system-clock.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { type Channel, channelConnection } from "../../../src/ssh/channels/channel.ts";
import { collect, ending } from "../../../src/testing/network/traffic.ts";
import { close, data, eof } from "./machine/messages.ts";
import { channelsRig } from "./rig.ts";

const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(97);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const error = (stream: Channel): Promise<unknown> => new Promise((resolve) => stream.once("error", resolve));
const granted = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + (line.startsWith("window-adjust") ? Number(line.split(" ")[2]) : 0), 0);

describe("a channel as a stream", () => {
  it("breaks with NET_RESET at a CLOSE without end-of-file, and what came before is not taken for complete", async () => {
    const { open, receive, sent } = channelsRig();
    const channel = await open();
    receive(data(0, "half a file"));
    const seen = ending(channel);
    const broken = error(channel);
    receive(close(0));
    expect(await seen).toBe("broken");
    expect(await broken).toMatchObject({ code: "NET_RESET", message: expect.stringContaining("ftp-host:21") });
    expect(sent()).toEqual(["close 70"]);
  });

  it("takes no more than its buffer while nobody reads, and gives back window as it is read", async () => {
    const { open, receive, sent } = channelsRig();
    const channel = await open();
    channel.read(0);
    for (let count = 0; count < 64; count += 1) receive(data(0, bytes(32_768)));
    expect(channel.readableLength).toBeLessThanOrEqual(limits.streamBufferBytes + 32_768);
    expect(granted(sent())).toBeLessThanOrEqual(channel.readableLength);
    const reading = collect(channel);
    await turn();
    expect(granted(sent())).toBeGreaterThan(1_500_000);
    receive(eof(0));
    expect((await reading).length).toBe(64 * 32_768);
  });

  it.each([true, false])(
    "reads the tail to its end when the server closes while we still write (%s), and breaks only then",
    async (isWriting) => {
      const { open, receive } = channelsRig();
      const channel = await open(3);
      const failed = isWriting ? new Promise<unknown>((resolve) => channel.write("NOOP\r\n", resolve)) : undefined;
      for (let count = 0; count < 10; count += 1) receive(data(0, bytes(30_000)));
      receive(eof(0), close(0));
      const broken = error(channel);
      expect((await collect(channel)).length).toBe(300_000);
      expect(await broken).toMatchObject({ code: "NET_RESET" });
      if (failed !== undefined) expect(await failed).toMatchObject({ code: "NET_RESET" });
    },
  );

  it("that carries nothing and is closed by the server is known for that at its end, with sshd's option for it", async () => {
    const { open, receive } = channelsRig();
    const channel = await open();
    const atEnd = new Promise((resolve) => channel.once("end", () => resolve(channel.errored)));
    receive(data(0, "220 ready"), eof(0), close(0));
    channel.resume();
    expect(await atEnd).toMatchObject({ code: "NET_RESET", hint: expect.stringContaining("ChannelTimeout") });
  });

  it("of a server ends in order where the client closes both directions at once, and nothing was left to send", async () => {
    const { open, receive } = channelsRig({ role: "server" });
    const channel = await open();
    const end = { host: "", port: 0 };
    const connection = channelConnection(channel, end, end, systemClock);
    receive(data(0, "QUIT\r\n"), eof(0), close(0));
    expect(String(await collect(channel))).toBe("QUIT\r\n");
    channel.end();
    expect(await connection.closed).toMatchObject({ by: "remote", how: "fin" });
  });

  it("tells a write as done when the carrier has taken it, and not before", async () => {
    const rig = channelsRig();
    const channel = await rig.open();
    rig.room = 0;
    let isDone = false;
    channel.write("STOR x\r\n", () => {
      isDone = true;
    });
    await turn();
    expect([isDone, rig.sent()]).toEqual([false, []]);
    rig.room = 100;
    await turn();
    expect([isDone, rig.sent()]).toEqual([true, ["data 70 STOR x\r\n"]]);
  });

  it("sends its end-of-file behind what was written, and closes by itself when both have ended", async () => {
    const rig = channelsRig();
    const channel = await rig.open();
    rig.room = 0;
    channel.end("last");
    await turn();
    expect(rig.sent()).toEqual([]);
    rig.room = 100;
    await turn();
    expect(rig.sent()).toEqual(["data 70 last", "eof 70"]);
    rig.receive(eof(0));
    expect(rig.sent()).toEqual(["close 70"]);
    channel.resume();
    await new Promise((resolve) => channel.once("close", resolve));
    expect(rig.sent()).toEqual([]);
  });

  it("keeps nothing of a large read alive for a small piece of it", async () => {
    const { open, receive } = channelsRig();
    const channel = await open();
    const large = Buffer.alloc(1_000_000);
    receive(data(0, large.subarray(500, 600)), data(0, large.subarray(1000, 9000)));
    const pieces = [channel.read(100), channel.read(8000)] as Buffer[];
    expect(pieces.map(({ buffer }) => buffer === large.buffer)).toEqual([false, true]);
  });

  it.each([
    ["destroyed", (stream: Channel) => stream.destroy(), "CLOSED"],
    ["written to after its end", (stream: Channel) => stream.end().write("x"), "CLOSED"],
    ["destroyed with a foreign error", (stream: Channel) => stream.destroy(new Error("foreign")), "INTERNAL"],
  ])("fails a waiting write with a SallyportError when it is %s", async (_how, act, code) => {
    const { open } = channelsRig();
    const channel = await open(0);
    const failed = new Promise((resolve) => channel.write("x", resolve));
    act(channel);
    expect(await failed).toMatchObject({ name: "SallyportError", code });
  });
});
