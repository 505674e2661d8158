// ssh's multiplexing socket takes more at once where an upload is fast, and only there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it, test } from "vitest";
import { handleOf } from "../../../src/platform/socket-handle.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { SendBuffer, widenSendBuffer } from "../../../src/ssh/openssh/send-buffer.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";

watchResources();

function counted() {
  const clock = new FakeClock();
  const counter = { widened: 0 };
  const buffer = new SendBuffer(clock, () => {
    counter.widened += 1;
  });
  /** As much as is looked at, in packets. */
  const send = (ms: number): void => {
    for (let sent = 0; sent < limits.sshFastBytes; sent += 32_768) buffer.sent(32_768);
    clock.advance(ms);
  };
  return { counter, send };
}

test("the send buffer is widened once, where much leaves in little time", () => {
  const { counter, send } = counted();
  send(10_000);
  expect(counter.widened).toBe(0);
  send(limits.sshFastMs);
  expect(counter.widened).toBe(0);
  for (let i = 0; i < 5; i++) send(1);
  expect(counter.widened).toBe(1);
});

test("the send buffer stays as it is on a slower line, however much leaves", () => {
  const { counter, send } = counted();
  for (let i = 0; i < 50; i++) send(limits.sshFastMs + 1);
  expect(counter.widened).toBe(0);
});

describePeers(["perl"], "a socket whose send buffer is widened", () => {
  let dir: TempDir;
  let server: Server;
  let near: Socket;
  let far: Socket;

  beforeEach(async () => {
    dir = makeTempDir("send-buffer");
    server = createServer().listen(dir.file("s"));
    await once(server, "listening");
    near = connect({ path: dir.file("s") });
    [far] = (await once(server, "connection")) as [Socket];
  });

  afterEach(() => {
    for (const socket of [near, far]) socket.destroy();
    server.close();
    dir.remove();
  });

  /** What the system says of it. */
  async function sendBufferBytes(): Promise<number> {
    const program = `open(my $socket, "+<&=", 3); print unpack("i", getsockopt($socket, 1, 7))`;
    const reader = spawn("perl", ["-e", program], { stdio: ["ignore", "pipe", "ignore", handleOf(near)?.fd] });
    return Number(await text(reader.stdout as NonNullable<typeof reader.stdout>));
  }

  it("holds more, and carries on", async () => {
    const before = await sendBufferBytes();
    await widenSendBuffer(near);
    expect(await sendBufferBytes()).toBeGreaterThan(before);
    near.end("as ever");
    expect(await text(far)).toBe("as ever");
  });

  it("stays as it is where there is no Perl, and carries on", async () => {
    const before = await sendBufferBytes();
    await widenSendBuffer(near, dir.file("no-perl"));
    expect(await sendBufferBytes()).toBe(before);
    near.end("as ever");
    expect(await text(far)).toBe("as ever");
  });
});
