import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort, freePortRange } from "../../support/free-port.ts";

test("no port is lent twice, though nobody listens on it yet", async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  const range = await freePortRange(50);
  const all = [...ports, ...Array.from({ length: 50 }, (_, index) => range.first + index)];
  expect(new Set(all).size).toBe(100);
  expect(range.last - range.first).toBe(49);
});

test("no port is lent that the system gives to those who ask for any", async () => {
  const lent = new Set(await Promise.all(Array.from({ length: 50 }, () => freePort())));
  for (let count = 0; count < 50; count += 1) {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    expect(typeof address === "object" && address !== null && lent.has(address.port)).toBe(false);
  }
});
