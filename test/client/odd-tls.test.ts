// Servers inside TLS that refuse a part of RFC 4217, and certificates that are not trusted.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

const { certificate, key } = makeCertificatePair();

interface TlsServer extends AsyncDisposable {
  readonly port: number;
  readonly lines: string[];
}

/** TLS from the first byte; the reply to each command by its verb, else 200. */
async function startTlsServer(replies: Readonly<Record<string, string>>): Promise<TlsServer> {
  const lines: string[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert: certificate, key }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write("220 ready\r\n");
    socket.on("data", (bytes) => {
      for (const line of bytes.toString().split("\r\n").slice(0, -1)) {
        lines.push(line);
        socket.write(`${replies[line.split(" ", 1)[0] ?? ""] ?? "200 ok"}\r\n`);
      }
    });
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const connectTo = (port: number) =>
  FtpClient.connect({ host: "127.0.0.1", port, tls: { kind: "implicit", ca: certificate } });

const welcome = { USER: "230 welcome", FEAT: "500 what?" };

test("PBSZ that is refused means nothing where PROT P is taken: data is protected all the same", async () => {
  await using server = await startTlsServer({ ...welcome, PBSZ: "500 what?" });
  await using client = await connectTo(server.port);
  expect(client.secure).toBe(true);
  expect(server.lines.slice(0, 3)).toEqual(["PBSZ 0", "PROT P", "USER anonymous"]);
});

test("PROT P that is refused ends the session before anybody logs in", async () => {
  await using server = await startTlsServer({ ...welcome, PROT: "534 no" });
  await expect(connectTo(server.port)).rejects.toMatchObject({
    message: "the server does not protect data connections (PROT P): 534 no",
    hint: expect.stringContaining("in the clear"),
  });
  expect(server.lines).toEqual(["PBSZ 0", "PROT P"]);
});

test("a certificate that nobody vouches for: what is wrong with it, and the option that helps", async () => {
  await using server = await startTlsServer(welcome);
  await expect(
    FtpClient.connect({ host: "127.0.0.1", port: server.port, tls: { kind: "implicit" } }),
  ).rejects.toMatchObject({
    code: "NET_TLS",
    message: `the certificate of 127.0.0.1:${server.port} is not trusted: it is self-signed`,
    hint: expect.stringContaining("--tls-ca FILE"),
  });
});

test("a certificate for another name says that", async () => {
  await using server = await startTlsServer(welcome);
  await expect(
    FtpClient.connect({
      host: "127.0.0.1",
      port: server.port,
      tls: { kind: "implicit", ca: certificate, servername: "elsewhere.example" },
    }),
  ).rejects.toMatchObject({
    code: "NET_TLS",
    message: expect.stringMatching(/is not trusted: it is for another name$/),
  });
});
