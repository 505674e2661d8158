import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { expect, test } from "vitest";
import { startDelayRelay } from "../../support/delay-relay.ts";
import { watchResources } from "../../support/resources.ts";

watchResources();

async function withServer<T>(serve: (socket: Socket) => void, body: (port: number) => Promise<T>): Promise<T> {
  const sockets: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    return await body((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

test("a round trip takes at least twice the delay", async () => {
  await withServer(echo, async (port) => {
    await using relay = await startDelayRelay({ target: { host: "127.0.0.1", port }, delayMs: 25 });
    const socket = await dial(relay.port);
    const times: number[] = [];
    for (let i = 0; i < 10; i++) {
      const start = performance.now();
      socket.write("x");
      await once(socket, "data");
      times.push(performance.now() - start);
    }
    socket.destroy();
    expect(Math.min(...times)).toBeGreaterThan(48);
  });
});

test("bytes and both ends of file arrive complete and in order", async () => {
  const total = 20_000_000;
  await withServer(echo, async (port) => {
    await using relay = await startDelayRelay({ target: { host: "127.0.0.1", port }, delayMs: 5 });
    const socket = await dial(relay.port);
    const sent = Buffer.alloc(total, "0123456789abcdef-");
    socket.end(sent);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  });
});

test("a reset of one side reaches the other side as a reset", async () => {
  const reset = (socket: Socket): void => void socket.once("data", () => socket.resetAndDestroy());
  await withServer(reset, async (port) => {
    await using relay = await startDelayRelay({ target: { host: "127.0.0.1", port }, delayMs: 1 });
    const socket = await dial(relay.port);
    socket.write("x");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
  });
});

test("a stalled relay delivers nothing until it resumes", async () => {
  await withServer(echo, async (port) => {
    await using relay = await startDelayRelay({ target: { host: "127.0.0.1", port }, delayMs: 0 });
    const socket = await dial(relay.port);
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk;
    });
    await relay.stall();
    socket.write("x");
    await new Promise((resolve) => setTimeout(resolve, 30)); // that nothing happens can only be waited for
    expect(received).toBe("");
    const data = once(socket, "data");
    await relay.resume();
    await data;
    expect(received).toBe("x");
    const broken = once(socket, "error");
    await relay.reset();
    await broken;
  });
});
