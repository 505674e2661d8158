// How a client waits for its SSH host; the host is one that the test answers for.
import { expect, test } from "vitest";
import { connectFtp } from "../../src/connect/ftp-client.ts";
import type { SshHost } from "../../src/connect/ssh-host.ts";
import { Deferred } from "../../src/platform/deferred.ts";
import { SallyportError } from "../../src/protocol/error.ts";

interface AnsweredHost {
  readonly via: SshHost;
  readonly ready: Deferred;
  /** What was asked of it, in order. */
  readonly asked: readonly string[];
}

function answeredHost(): AnsweredHost {
  const asked: string[] = [];
  const ready = new Deferred();
  const refused = new SallyportError("NET_REFUSED", "refused by the test");
  const via = {
    network: {
      name: "host",
      connect: async () => {
        asked.push("connect");
        throw refused;
      },
    },
    ready: async () => {
      asked.push("ready");
      await ready.promise;
    },
    [Symbol.asyncDispose]: async () => void asked.push("dispose"),
  } as unknown as SshHost;
  return { via, ready, asked };
}

test("the SSH host is ready before the FTP server is dialled, so that FTP's time-out begins behind SSH's", async () => {
  const { via, ready, asked } = answeredHost();
  const connected = connectFtp({ host: "ftp-host", via }).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual(["ready"]);
  ready.resolve();
  expect(await connected).toMatchObject({ code: "NET_REFUSED" });
  expect(asked).toEqual(["ready", "connect"]);
});

test("an SSH host that cannot be reached is the client's error as it is, and the host stays its owner's", async () => {
  const { via, ready, asked } = answeredHost();
  ready.reject(new SallyportError("SSH_AUTH", "refused by the test"));
  await expect(connectFtp({ host: "ftp-host", via })).rejects.toMatchObject({ code: "SSH_AUTH" });
  expect(asked).toEqual(["ready"]);
});
