import { expect, test } from "vitest";
import { systemClock } from "../../../src/network/system-clock.ts";
import type { TraceEventBody } from "../../../src/platform/trace.ts";
import { SallyportError } from "../../../src/protocol/error.ts";
import type { Channels } from "../../../src/ssh/channels/channels.ts";
import { RemoteNetwork } from "../../../src/ssh/channels/remote-network.ts";

test("a channel that the server refuses is an event, one that ends with our own connection is none", async () => {
  const events: TraceEventBody[] = [];
  const errors = [new SallyportError("SSH_CHANNEL_REFUSED", "connect failed"), new SallyportError("CLOSED", "closed")];
  const network = new RemoteNetwork("ssh-host", {
    clock: systemClock,
    emit: (event) => events.push(event),
    channels: { openChannel: async () => Promise.reject(errors.shift()) } as Partial<Channels> as Channels,
    forwards: { listen: () => Promise.reject(new Error("not here")) },
  });
  const { signal } = new AbortController();
  const connect = () => network.connect({ host: "ftp-host", port: 21, signal });
  await expect(connect()).rejects.toMatchObject({ code: "SSH_CHANNEL_REFUSED" });
  await expect(connect()).rejects.toMatchObject({ code: "CLOSED" });
  expect(events).toEqual([{ type: "ssh.channel.refused", target: "ftp-host:21", reason: "connect failed" }]);
});
