import { expect, test } from "vitest";
import { ClientIdentity, type OwnerOf } from "../../src/admission/client-identity.ts";
import { onAbort } from "../../src/platform/abort.ts";
import { Deferred } from "../../src/platform/deferred.ts";
import type { CloseInfo, Connection } from "../../src/platform/network.ts";

const here = { host: "127.0.0.1", port: 21 };
const there = { host: "127.0.0.1", port: 40_000 };
const clock = { nowMs: () => 0, after: () => () => {} };

test("a look that is given up because the session is over lets nobody pass for the client", async () => {
  const closed = new Deferred<CloseInfo>();
  const control = { local: here, remote: there, closed: closed.promise } as Connection;
  const data = { local: here, remote: { ...there, port: 40_001 } };
  const ownerOf: OwnerOf = ({ remote }, signal) =>
    remote.port === there.port
      ? Promise.resolve(1000)
      : new Promise((resolve) => void onAbort(signal, () => resolve(undefined)));
  const client = new ClientIdentity(control, { clock, ownerOf });
  const verdicts = Promise.all([
    client.isReachedAt(data),
    client.isSameUser(
      data,
      () => true,
      () => new AbortController().signal,
    ),
  ]);
  closed.resolve({ by: "remote", how: "end" } as unknown as CloseInfo);
  expect(await verdicts).toEqual([false, false]);
});
