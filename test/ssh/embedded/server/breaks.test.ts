// A break on one side is a break on the other, and an end is an end.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { ClientChannel } from "ssh2";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeEndHonest } from "../../../../src/network/honest-end.ts";
import type { SshConnection } from "../../../../src/ssh/ssh-connection.ts";
import { missing } from "../../../support/missing.ts";
import { watchResources } from "../../../support/resources.ts";
import { startSshServer, type TestSshServer } from "../../../support/ssh-server.ts";
import { until } from "../../../support/until.ts";
import { connectTo } from "../../openssh/environment.ts";
import { never, openTo } from "../open.ts";
import { openDirect, rawClient } from "./raw-client.ts";

watchResources();

let server: TestSshServer;
let target: Server;
let port = 0;
/** The remote ends, in the order in which they arrived. */
let arrived: Socket[];
beforeEach(async () => {
  server = await startSshServer();
  arrived = [];
  target = createServer({ allowHalfOpen: true }, (socket) => {
    makeEndHonest(socket);
    socket.on("error", () => {});
    arrived.push(socket);
  });
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  port = (target.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const socket of arrived) socket.destroy();
  await new Promise((resolve) => target.close(resolve));
  await server.stop();
});

const farEnd = (): Promise<Socket> => until("a remote end", () => arrived[0]);
const nothingOpen = (): Promise<boolean> =>
  until("nothing open but clients", () => server.server.open.every((name) => name.startsWith("client ")));

/** How the socket ends: `end` in order, else the system's error. */
function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("end", () => resolve("end"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.resume();
  });
}

const transports: readonly (readonly [string, (server: TestSshServer) => Promise<SshConnection>])[] = [
  ["embedded", openTo],
  ...(missing(["ssh"]).length === 0 ? [["openssh", connectTo] as const] : []),
];

describe.each(transports)("with the transport %s", (_name, open) => {
  test("a reset at the remote end is a reset here, even behind bytes", async () => {
    await using ssh = await open(server);
    const connection = await ssh.network.connect({ host: "127.0.0.1", port, signal: never });
    const far = await farEnd();
    connection.stream.resume();
    far.write("half a file", () => far.resetAndDestroy());
    expect(await connection.closed).toMatchObject({ by: "remote", how: "reset" });
    await nothingOpen();
  });

  test("a reset here is a reset at the remote end", async () => {
    await using ssh = await open(server);
    const connection = await ssh.network.connect({ host: "127.0.0.1", port, signal: never });
    const far = await farEnd();
    const end = endOf(far);
    connection.stream.write("half a file");
    await once(far, "data");
    connection.reset();
    expect(await end).toBe("ECONNRESET");
    await nothingOpen();
  });

  test("an end in order is one on both sides, whoever is first", async () => {
    await using ssh = await open(server);
    const connection = await ssh.network.connect({ host: "127.0.0.1", port, signal: never });
    const far = await farEnd();
    const [data, ended] = [once(connection.stream, "data"), once(connection.stream, "end")];
    far.end("whole");
    expect(String((await data)[0])).toBe("whole");
    await ended;
    const end = endOf(far);
    connection.stream.end("answer");
    expect(await end).toBe("end");
    expect(await connection.closed).toMatchObject({ how: "fin" });
    await nothingOpen();
  });

  test("the end of the SSH connection is a reset at the remote end", async () => {
    const ssh = await open(server);
    await ssh.network.connect({ host: "127.0.0.1", port, signal: never });
    const end = endOf(await farEnd());
    await server.server[Symbol.asyncDispose]();
    expect(await end).toBe("ECONNRESET");
    await ssh[Symbol.asyncDispose]();
  });
});

test("a client that closes its channel after its end-of-file ends the far connection, with all that it sent", async () => {
  await using raw = await rawClient(server.port);
  const channel = (await openDirect(raw.client, "127.0.0.1", port)) as ClientChannel;
  const far = await farEnd();
  let text = "";
  far.on("data", (data: Buffer) => {
    text += data.toString();
  });
  const ended = once(far, "end");
  channel.end("the last words");
  channel.close();
  await ended;
  expect(text).toBe("the last words");
  // The remote end has not ended its side, and never will: nobody is there any more.
  await nothingOpen();
});

test("a connection to a listener that the client refuses is reset", async () => {
  await using raw = await rawClient(server.port);
  raw.client.on("tcp connection", (_details, _accept, reject) => reject());
  const bound = await new Promise<number>((resolve) => raw.client.forwardIn("127.0.0.1", 0, (_, at) => resolve(at)));
  const socket = connect(bound, "127.0.0.1");
  expect(await endOf(socket)).toBe("ECONNRESET");
});

test("two hundred connections at a time, three times, leave nothing", async () => {
  target.on("connection", (socket: Socket) => socket.pipe(socket));
  await using ssh = await openTo(server);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const connection = await ssh.network.connect({ host: "127.0.0.1", port, signal: never });
        connection.stream.end(`message ${index}`);
        let text = "";
        for await (const data of connection.stream) text += String(data);
        expect(text).toBe(`message ${index}`);
        await connection.closed;
      }),
    );
    await nothingOpen();
  }
});
