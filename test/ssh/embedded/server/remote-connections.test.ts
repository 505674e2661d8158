// What no remote end on this machine does on demand: it reads so slowly that a closed channel has to wait for it.
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { systemClock } from "../../../../src/network/system-clock.ts";
import { StreamConnection } from "../../../../src/platform/stream-connection.ts";
import type { Channel } from "../../../../src/ssh/channels/channel.ts";
import { joinChannel } from "../../../../src/ssh/embedded/server/remote-connections.ts";
import { gate } from "../../../support/gate.ts";

const end = { host: "", port: 0 };

test("what a client sent before it closed its channel reaches a remote end that takes its time", async () => {
  const slow = gate();
  const taken: string[] = [];
  const far = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      void slow.passed.then(() => {
        taken.push(String(chunk));
        done();
      });
    },
  });
  const gone = gate();
  const near = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const channel = Object.assign(near, { gone: gone.passed }) as unknown as Channel;
  const connection = (stream: Duplex): StreamConnection =>
    new StreamConnection({ stream, local: end, remote: end, clock: systemClock, breakOff: () => stream.destroy() });
  let isDisposed = false;
  const farConnection = connection(far);
  const dispose = farConnection[Symbol.asyncDispose].bind(farConnection);
  farConnection[Symbol.asyncDispose] = () => {
    isDisposed = true;
    far.push(null); // it ends its side, too
    return dispose();
  };
  const over = joinChannel(channel, connection(near), farConnection);
  near.push("the last bytes");
  near.push(null);
  gone.open();
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect([isDisposed, taken]).toEqual([false, []]);
  slow.open();
  await over;
  expect([isDisposed, taken]).toEqual([true, ["the last bytes"]]);
});
