import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { Originators } from "../../../src/ssh/openssh/originators.ts";

/** Timers that fire when the test says so. */
function makeOriginators(): { originators: Originators; expire: () => void } {
  const timers = new Set<() => void>();
  const originators = new Originators({
    nowMs: () => 0,
    after: (_delayMs, callback) => {
      timers.add(callback);
      return () => timers.delete(callback);
    },
  });
  const expire = (): void => {
    for (const callback of timers) callback();
  };
  return { originators, expire };
}

const line = (host: string, port: number, from: string, fromPort: number): string =>
  `debug1: client_request_forwarded_tcpip: listen ${host} port ${port}, originator ${from} port ${fromPort}`;

const here = { host: "127.0.0.1", port: 4000 };
const nobody = { host: "", port: 0 };

describe("who made a forwarded connection", () => {
  it("is known in the order of the lines, whichever comes first, line or connection", async () => {
    const { originators } = makeOriginators();
    originators.read(line("127.0.0.1", 4000, "10.0.0.1", 20));
    const first = originators.next(here);
    const second = originators.next(here);
    originators.read(line("127.0.0.1", 4000, "::1", 21));
    expect(await first).toEqual({ host: "10.0.0.1", port: 20 });
    expect(await second).toEqual({ host: "::1", port: 21 });
  });

  it("is told apart by the listener, of which one may be every address", async () => {
    const { originators } = makeOriginators();
    originators.read(line("", 4000, "10.0.0.2", 20));
    originators.read(line("127.0.0.1", 4001, "10.0.0.3", 20));
    originators.read("debug1: channel 1: new forwarded-tcpip [10.0.0.9]");
    expect(await originators.next({ host: "", port: 4000 })).toEqual({ host: "10.0.0.2", port: 20 });
    expect(await originators.next({ host: "127.0.0.1", port: 4001 })).toEqual({ host: "10.0.0.3", port: 20 });
  });

  it("is nobody when the line does not come, and nobody from then on", async () => {
    const { originators, expire } = makeOriginators();
    const lost = originators.next(here);
    expire();
    expect(await lost).toEqual(nobody);
    originators.read(line("127.0.0.1", 4000, "10.0.0.1", 20)); // whose? too late to say
    expect(await originators.next(here)).toEqual(nobody);
  });

  it("is nobody when more lines come than connections can wait", async () => {
    const { originators } = makeOriginators();
    for (let port = 0; port <= limits.pendingConnectionsMax; port += 1) {
      originators.read(line("127.0.0.1", 4000, "10.0.0.1", port));
    }
    expect(await originators.next(here)).toEqual(nobody);
  });

  it("is counted again for the next listener on the port", async () => {
    const { originators, expire } = makeOriginators();
    const lost = originators.next(here);
    expire();
    await lost;
    originators.forget(here);
    originators.read(line("127.0.0.1", 4000, "10.0.0.1", 20));
    expect(await originators.next(here)).toEqual({ host: "10.0.0.1", port: 20 });
  });
});
