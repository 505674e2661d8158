// Programs that cannot be told "any port" are given one that was free a moment ago, and another one when it was taken.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A TCP port that is free on `host` right now. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** `count` neighbouring ports that are free right now, for passive port ranges. */
export async function freePortRange(count: number, host = "127.0.0.1"): Promise<{ first: number; last: number }> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * (12_000 - count)); // below Linux's ephemeral range, 32768
    if (await allFree(first, count, host)) return { first, last: first + count - 1 };
  }
  throw new Error(`no ${count} neighbouring free ports on ${host}`);
}

async function allFree(first: number, count: number, host: string): Promise<boolean> {
  const servers = Array.from({ length: count }, () => createServer());
  const results = await Promise.allSettled(
    servers.map((server, index) => {
      server.listen(first + index, host);
      return once(server, "listening");
    }),
  );
  await Promise.all(
    servers.map((server) => (server.listening ? new Promise((resolve) => server.close(resolve)) : undefined)),
  );
  return results.every((result) => result.status === "fulfilled");
}
