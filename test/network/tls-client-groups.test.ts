// How often a client says hello to a server that agrees keys in prime256v1 alone, as vsftpd does.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import { TlsClient } from "../../src/network/tls-client.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

const { certificate, key } = makeCertificatePair();
const signal = new AbortController().signal;
const host = "127.0.0.1";

const sockets: Socket[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A handshake record with a ClientHello in it (RFC 8446 sections 4 and 5.1). */
function isHello(bytes: Buffer): boolean {
  // Behind a ChangeCipherSpec, if it is the second one (appendix D.4).
  const record = bytes[0] === 20 ? bytes.subarray(6) : bytes;
  return record[0] === 22 && record[5] === 1;
}

test("twice for the control connection, and once for a data connection, which resumes its session", async () => {
  const resumed: boolean[] = [];
  const tls = createTlsServer({ cert: certificate, key, ecdhCurve: "prime256v1" }, (socket) => {
    sockets.push(socket);
    resumed.push(socket.isSessionReused());
    socket.on("error", () => {}).end("hello");
  });
  const behind = await listening(tls);
  const hellos: number[] = [];
  const relay = createServer((near) => {
    const index = hellos.push(0) - 1;
    const far = connect(behind, host);
    for (const socket of [near, far]) sockets.push(socket.on("error", () => {}));
    near.on("data", (bytes) => {
      if (isHello(bytes)) hellos[index] = (hellos[index] ?? 0) + 1;
      far.write(bytes);
    });
    far.pipe(near);
    near.on("end", () => far.end());
  });
  const port = await listening(relay);
  const client = new TlsClient(host, { ca: certificate }, systemClock);
  for (const secure of ["secureControl", "secureData"] as const) {
    const connection = await client[secure](await systemNetwork.connect({ host, port, signal }), signal);
    // Tickets come with the first bytes.
    await once(connection.stream.resume(), "end");
    await connection[Symbol.asyncDispose]();
  }
  expect([hellos, resumed]).toEqual([
    [2, 1],
    [false, true],
  ]);
});
