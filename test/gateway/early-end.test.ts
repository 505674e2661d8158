// A session that ends before it has a server.
import { expect, test } from "vitest";
import { Gateway, type GatewayShared } from "../../src/gateway/gateway.ts";
import { ListenerRegistry } from "../../src/gateway/listener-registry.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { connectTo, listenAt, makeStage } from "../simulation/stage.ts";
import { watchResources } from "../support/resources.ts";
import { CountedClock } from "../swarm/counted-clock.ts";

watchResources();

test("that is told to close while it says its last word leaves no timer and says nothing more", async () => {
  const { simulation, client, server } = makeStage();
  const clock = new CountedClock(simulation.clock);
  const shared: GatewayShared = { registry: new ListenerRegistry(), sessions: new Set(), lastSession: 0 };
  const told: string[] = [];
  await simulation.run(async () => {
    const gateway = new Gateway(
      await listenAt(server.network(), "", 2001),
      {
        target: { host: "localhost", port: 21 },
        upstreamMode: "auto",
        passivePorts: { first: 0, last: 0 },
        passiveAddresses: [],
        allowThirdParty: [],
        sessionsMax: 10,
        keepaliveMs: 0,
      },
      {
        downstream: server.network(),
        clock,
        upstream: () => Promise.reject(new SallyportError("SSH_DISCONNECTED", "the SSH connection is down")),
        emit: (_session, event) => {
          if (event.type === "ftp.reply") told.push(...event.lines);
        },
        ownAddresses: () => [],
      },
      shared,
    );
    const { stream } = await connectTo(client.network(), "10.0.0.3", 2001);
    await new Promise((resolve) => stream.once("data", resolve));
    for (const session of shared.sessions) session.closeWhenIdle("closing");
    stream.end();
    await gateway.acceptor.stopAccepting();
    await gateway.acceptor.sessionsOver();
  });
  expect(told).toEqual(["421 the SSH connection is down"]);
  expect(clock.waiting).toBe(0);
});
