// A client that is logged in and does not keep to RFC 4254 harms its own connection at most.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { Client } from "ssh2";
import { expect, test } from "vitest";
import { MemoryFileSystem } from "../../../../src/filesystem/memory/memory-file-system.ts";
import { fc } from "../../../support/fast-check.ts";
import { watchResources } from "../../../support/resources.ts";
import { startSshServer } from "../../../support/ssh-server.ts";
import { until } from "../../../support/until.ts";
import { execute, rawClient } from "./raw-client.ts";

watchResources();

/** ssh2's messages, below its own idea of what may be sent when. */
type Messages = Readonly<Record<string, (...args: unknown[]) => void>>;

const channel = fc.nat(5);
const message = (port: number): fc.Arbitrary<readonly [string, ...unknown[]]> =>
  fc.oneof(
    fc.tuple(fc.constant("session"), channel, fc.constant(1000), fc.constant(100)),
    fc.tuple(
      fc.constant("directTcpip"),
      channel,
      fc.constantFrom(0, 1000, 0xffff_ffff),
      fc.constantFrom(0, 1, 32_768),
      fc.constant({ dstIP: "127.0.0.1", dstPort: port, srcIP: "", srcPort: 0 }),
    ),
    fc.tuple(fc.constant("exec"), channel, fc.constantFrom("true", "ls"), fc.boolean()),
    fc.tuple(fc.constant("subsystem"), channel, fc.constantFrom("sftp", "x"), fc.boolean()),
    fc.tuple(fc.constant("shell"), channel, fc.boolean()),
    fc.tuple(
      fc.constant("channelData"),
      channel,
      fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b)),
    ),
    fc.tuple(fc.constant("channelWindowAdjust"), channel, fc.constantFrom(0, 1, 0xffff_ffff)),
    fc.tuple(fc.constantFrom("channelEOF", "channelClose", "channelSuccess", "channelFailure"), channel),
    fc.tuple(fc.constant("channelOpenConfirm"), channel, channel, fc.constant(1000), fc.constant(1000)),
    fc.tuple(fc.constant("channelOpenFail"), channel, fc.constant(1), fc.constant("no")),
    fc.tuple(
      fc.constantFrom("tcpipForward", "cancelTcpipForward"),
      fc.constantFrom("", "x"),
      fc.constant(0),
      fc.boolean(),
    ),
    fc.tuple(fc.constant("ping")),
  );

test("any messages in any order leave the server with nothing open, and serving others", async () => {
  const echo = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(echo, "listening");
  const files = new MemoryFileSystem({ now: () => 0 });
  const server = await startSshServer({ files: () => files, connectionsPerAddressMax: 1000 });
  const messages = fc.array(message((echo.address() as AddressInfo).port), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(messages, async (sequence) => {
      const raw = await rawClient(server.port);
      const protocol = (raw.client as Client & { _protocol: Messages })._protocol;
      raw.client.on("close", () => {});
      for (const [name, ...args] of sequence) protocol[name]?.(...args);
      // What the server answers is not what ssh2's client expects.
      await Promise.race([once(raw.client, "close"), new Promise((resolve) => setImmediate(resolve))]);
      await raw[Symbol.asyncDispose]();
    }),
    { numRuns: 60 },
  );
  await until("nothing open", () => server.server.open.length === 0);
  await using after = await rawClient(server.port);
  expect(await execute(after.client, "true")).toMatchObject({ status: 0 });
  await after[Symbol.asyncDispose]();
  await server.stop();
  await new Promise((resolve) => echo.close(resolve));
});
