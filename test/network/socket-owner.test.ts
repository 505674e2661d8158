import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { socketOwner } from "../../src/network/socket-owner.ts";
import { systemEndpoint } from "../../src/network/system-connection.ts";
import { describePeers } from "../support/missing.ts";
import { nobody, startOther } from "../support/other-process.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";

watchResources();
const open = new Set<Server | Socket>();
afterEach(() => {
  for (const one of open) "listening" in one ? one.close() : one.destroy();
  open.clear();
});

async function listenOn(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true });
  open.add(server);
  server.listen(0, host);
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}

async function accept(server: Server): Promise<Socket> {
  const [socket] = (await once(server, "connection")) as [Socket];
  socket.on("error", () => {});
  open.add(socket);
  return socket;
}

const endsOf = (socket: Socket) => ({
  local: systemEndpoint(socket.localAddress, socket.localPort),
  remote: systemEndpoint(socket.remoteAddress, socket.remotePort),
});
const ownerOf = (socket: Socket) => socketOwner(endsOf(socket));

describe("the owner of a socket on this machine", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "127.0.0.2"],
    ["::1", "::1"],
    ["::", "127.0.0.1"],
    ["127.0.0.1", "::ffff:127.0.0.1"],
  ])("listening on %s, reached from %s, is known", async (host, from) => {
    const { server, port } = await listenOn(host);
    const client = connect({
      port,
      host: host === "::" ? from : host.includes(":") ? host : mapped(from),
      localAddress: from,
    });
    open.add(client);
    expect(await ownerOf(await accept(server))).toBe(process.getuid?.());
  });

  it("that has been closed at that end is not told as root's", async () => {
    const { server, port } = await listenOn("127.0.0.1");
    const client = connect({ port, host: "127.0.0.1" });
    open.add(client);
    const accepted = await accept(server);
    accepted.resume();
    client.end();
    client.destroy();
    await once(accepted, "end");
    const owner = await until("the end is told", () => ownerOf(accepted));
    expect(["gone", process.getuid?.()]).toContain(owner);
  });

  it("at a remote end elsewhere is unknown, and nothing is read for it", async () => {
    const local = { host: "192.0.2.1", port: 21 };
    expect(await socketOwner({ local, remote: { host: "192.0.2.7", port: 4711 } })).toBeUndefined();
  });

  it("without such a socket is unknown", async () => {
    const local = { host: "127.0.0.1", port: 1 };
    expect(await socketOwner({ local, remote: { host: "127.0.0.1", port: 2 } })).toBeUndefined();
  });
});

/** To reach an IPv4 listener from an IPv6 socket. */
const mapped = (from: string): string => (from.startsWith("::ffff:") ? "::ffff:127.0.0.1" : "127.0.0.1");

describePeers(["root"], "another user's socket", () => {
  it.each(["127.0.0.1", "::1"])("over %s is told as that user's", async (host) => {
    const { server, port } = await listenOn(host);
    const code = "net.connect(Number(args[1]), args[0]);";
    await using _other = startOther(code, [host, String(port)], nobody);
    expect(await ownerOf(await accept(server))).toBe(nobody);
  });
});
