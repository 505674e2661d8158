// A connection below TLS that is reset while TLS says goodbye leaves no socket behind.
import { once } from "node:events";
import { expect, test } from "vitest";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import { TlsClient } from "../../src/network/tls-client.ts";
import { TlsServer } from "../../src/network/tls-server.ts";
import type { Connection } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

const pair = makeCertificatePair();
const { signal } = new AbortController();

async function insideTls(): Promise<readonly [Connection, Connection, Connection]> {
  const [plain, served] = await connected();
  const [inside, outside] = await Promise.all([
    new TlsClient("127.0.0.1", { ca: pair.certificate }, systemClock).secureControl(plain, signal),
    new TlsServer(pair, systemClock).secure(served, signal),
  ]);
  return [plain, inside, outside];
}

async function connected(): Promise<readonly [Connection, Connection]> {
  await using listener = await systemNetwork.listen({ host: "127.0.0.1", ports: { first: 0, last: 0 }, signal });
  const { port } = listener.endpoint;
  return await Promise.all([systemNetwork.connect({ host: "127.0.0.1", port, signal }), listener.accept({ signal })]);
}

test.each(["at once", "in the next turn", "in mid-farewell"])("the connection below is reset %s", async (when) => {
  for (let round = 0; round < 5; round += 1) {
    const [plain, inside, outside] = await insideTls();
    inside.stream.resume();
    outside.stream.end("the file");
    await once(inside.stream, "end");
    const going = inside[Symbol.asyncDispose]();
    if (when === "in the next turn") await new Promise(setImmediate);
    if (when === "in mid-farewell") await once(outside.stream.resume(), "end");
    plain.reset();
    await Promise.all([going, plain.closed, outside[Symbol.asyncDispose]()]);
    expect(plain.stream.destroyed).toBe(true);
  }
});

test.each(["client", "server"])("the %s resets while it says goodbye", async (side) => {
  for (let round = 0; round < 5; round += 1) {
    const [plain, inside, outside] = await insideTls();
    const [own, other] = side === "client" ? [inside, outside] : [outside, inside];
    other.stream.resume();
    own.stream.end("the file");
    if (round % 2 === 1) await new Promise((resolve) => process.nextTick(resolve));
    if (round > 2) await new Promise(setImmediate);
    own.reset();
    own.reset();
    await Promise.all([own.closed, plain.closed, other[Symbol.asyncDispose]()]);
  }
});

test("what comes in the clear behind the handshake breaks the connection with an error of ours", async () => {
  const [[plain, near], [far, served]] = await Promise.all([connected(), connected()]);
  near.stream.pipe(far.stream).pipe(near.stream);
  const [inside, outside] = await Promise.all([
    new TlsClient("127.0.0.1", { ca: pair.certificate }, systemClock).secureControl(plain, signal),
    new TlsServer(pair, systemClock).secure(served, signal),
  ]);
  inside.stream.resume();
  far.stream.unpipe(near.stream);
  near.stream.write("421 This server is closing.\r\n");
  expect(await inside.closed).toMatchObject({ how: "reset", error: { code: "NET_FAILED" } });
  for (const one of [plain, near, far, served, outside]) one.reset();
  await Promise.all([plain, near, far, served, outside].map((one) => one.closed));
});

test("why what is below ends is known inside TLS, too: an SSH server that closes the channel", async () => {
  const [plain, served] = joinedPair("client", "server", systemClock);
  const [inside] = await Promise.all([
    new TlsClient("localhost", { ca: pair.certificate }, systemClock).secureControl(plain, signal),
    new TlsServer(pair, systemClock).secure(served, signal),
  ]);
  const why = new SallyportError("NET_RESET", "the SSH server has closed the channel");
  plain.stream.prependOnceListener("end", () => plain.stream.destroy(why)); // as a channel does
  let hasEnded = false;
  inside.stream.on("end", () => {
    hasEnded = true;
  });
  inside.stream.resume();
  served.stream.end();
  expect(await inside.closed).toMatchObject({ how: "reset", error: why });
  expect(hasEnded).toBe(false);
  for (const one of [plain, served]) one.reset();
  await Promise.all([plain.closed, served.closed]);
});
