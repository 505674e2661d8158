// Inside TLS too the next file's commands leave before the 226, and no data connection is cut off for it.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { watchResources } from "../support/resources.ts";
import { textOf } from "./rig.ts";

watchResources();

const { certificate, key } = makeCertificatePair();

/** Says 226 of a file only when it has been asked for the next one; `last` is confirmed at once. */
class SlowToConfirm implements AsyncDisposable {
  /** How each data connection was ended by the client. */
  readonly ends: string[] = [];
  readonly #servers: Server[] = [];
  readonly #sockets: TLSSocket[] = [];
  #data: Server | undefined;
  #owed = "";

  async listen(): Promise<number> {
    const server = this.#server((socket) => {
      socket.write("220 (vsFTPd 3.0.3)\r\n");
      socket.on("data", async (bytes) => {
        for (const line of bytes.toString().split("\r\n").slice(0, -1)) await this.#answer(socket, line);
      });
    });
    return await portOf(server);
  }

  #server(onConnection: (socket: TLSSocket) => void): Server {
    const server = createServer({ cert: certificate, key, allowHalfOpen: true }, (socket) => {
      this.#sockets.push(socket);
      socket.on("error", () => {});
      onConnection(socket);
    });
    this.#servers.push(server.on("tlsClientError", () => {}));
    return server;
  }

  async #answer(control: TLSSocket, line: string): Promise<void> {
    const [verb = "", name] = line.split(" ");
    if (verb === "EPSV") {
      this.#data = this.#server(() => {});
      control.write(`229 ok (|||${await portOf(this.#data)}|)\r\n`);
    } else if (verb === "RETR" && this.#data !== undefined) {
      control.write(`${this.#owed}150 here\r\n`);
      const [socket] = (await once(this.#data, "secureConnection")) as [TLSSocket];
      socket.resume().once("end", () => this.ends.push("end"));
      socket.once("close", (hadError) => hadError && this.ends.push("broken"));
      socket.end("data");
      this.#owed = "226 done\r\n";
      if (name === "last") control.write(this.#owed);
    } else if (verb === "QUIT") control.end("221 bye\r\n");
    else control.write(`${replies[verb] ?? "200 ok"}\r\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

const replies: Readonly<Record<string, string>> = {
  USER: "230 welcome",
  FEAT: "500 what?",
  SIZE: "213 4",
};

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("three files, each confirmed when the next one was asked for; all data connections end in order", async () => {
  await using server = new SlowToConfirm();
  const port = await server.listen();
  await using client = await FtpClient.connect({ host: "127.0.0.1", port, tls: { kind: "implicit", ca: certificate } });
  const files = ["first", "second", "last"].map((name) => client.download(name));
  expect(await Promise.all(files.map(textOf))).toEqual(["data", "data", "data"]);
  expect(await Promise.all(files.map(({ result }) => result))).toMatchObject([
    { verified: "size" },
    { verified: "size" },
    { verified: "size" },
  ]);
  await client[Symbol.asyncDispose]();
  expect(server.ends).toEqual(["end", "end", "end"]);
});
