// S18: which of the default data ports could be listened on, and in which words the others are reported.
import { describe, expect, test } from "vitest";
import type { Upstream } from "../../src/gateway/environment.ts";
import { type ListenOptions, listenDefaultPort } from "../../src/gateway/upstream-data.ts";
import type { Listener } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";

const end = { host: "127.0.0.1", port: 40_000 };
const { signal } = new AbortController();

/** An SSH host that lets us listen on these ports alone. */
function hostWith(...free: number[]): { readonly options: ListenOptions; readonly open: Set<number> } {
  const open = new Set<number>();
  const listen = async ({ ports }: { ports: { first: number } }): Promise<Listener> => {
    if (!free.includes(ports.first)) throw new SallyportError("SSH_FORWARD_REFUSED", "no");
    open.add(ports.first);
    return {
      endpoint: { host: end.host, port: ports.first },
      accept: () => new Promise(() => {}),
      [Symbol.asyncDispose]: async () => void open.delete(ports.first),
    };
  };
  const upstream = { network: { listen } } as unknown as Upstream;
  const target = { host: "ftp-host", port: 21 };
  return { options: { upstream, target, onRejectedPeer: () => {}, signal }, open };
}

const own = /cannot listen on 127\.0\.0\.1:40000, the end of its own connection .* needs SO_REUSEADDR on both/;
const below = /listens on 127\.0\.0\.1:39999, the port below, where ProFTPD connects to: it is in use/;

describe("back mode default-port", () => {
  test("has nothing to remark when both ports are listened on, and closes both", async () => {
    const { options, open } = hostWith(40_000, 39_999);
    const listening = await listenDefaultPort(options, end);
    expect(listening.warning).toBeUndefined();
    expect([...open].sort()).toEqual([39_999, 40_000]);
    await listening.listener[Symbol.asyncDispose]();
    expect(open.size).toBe(0);
  });

  test.each([
    [39_999, own],
    [40_000, below],
  ])("with port %i alone, a 425 can be explained by the other", async (free, words) => {
    const { warning } = await listenDefaultPort(hostWith(free).options, end);
    expect(warning).toMatch(words);
  });

  test("with neither it fails in words that name both", async () => {
    await expect(listenDefaultPort(hostWith().options, end)).rejects.toMatchObject({
      code: "SSH_FORWARD_REFUSED",
      message: expect.stringMatching(new RegExp(`${own.source}.*${below.source}`)),
    });
  });
});
