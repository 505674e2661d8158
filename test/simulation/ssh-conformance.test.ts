// The simulated ssh passes the suite of SSH connections: at the simulated sshd, and at one with a script.
import type { Connection } from "../../src/platform/network.ts";
import type { Host } from "../../src/simulation/host/host.ts";
import { ClearConnection } from "../../src/simulation/ssh/clear-connection.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { SimulatedSshd } from "../../src/simulation/ssh/ssh-server.ts";
import type { OpenedSshHost } from "../../src/testing/ssh-host/ssh-host-fixture.ts";
import { ScriptedSessions, scriptedTraits } from "../conformance/ssh-connection/scripted-sessions.ts";
import { describeSshConnection, type SshConnectionFixture } from "../conformance/ssh-connection-suite.ts";
import { watchResources } from "../support/resources.ts";
import { makeStage, never } from "./stage.ts";

const stage = () => makeStage({ runsFreely: true, wire: { latencyMs: 0.25 } });

async function connect(client: Host): Promise<OpenedSshHost> {
  const connection = await SimulatedSsh.connect(client, { host: "10.0.0.3", signal: never });
  return { host: connection, leftovers: () => connection.open };
}

async function simulatedSshd(): Promise<SshConnectionFixture> {
  const { simulation, client, server } = stage();
  const sshd = await SimulatedSshd.start(server);
  return {
    connect: () => connect(client),
    breakConnections: async () => {},
    close: async () => {
      await sshd[Symbol.asyncDispose]();
      await simulation.turn();
    },
  };
}

async function scripted(): Promise<SshConnectionFixture> {
  const { simulation, client, server } = stage();
  const rules = new ScriptedSessions();
  const clients = new Set<Connection>();
  const stop = new AbortController();
  const listener = await server.network().listen({ host: "", ports: { first: 22, last: 22 }, signal: never });
  const acceptAll = async (): Promise<void> => {
    for (;;) {
      const accepted = await listener.accept({ signal: stop.signal }).catch(() => undefined);
      if (accepted === undefined) return;
      clients.add(accepted);
      serve(accepted, rules);
    }
  };
  const accepting = acceptAll();
  const breakConnections = async (): Promise<void> => {
    for (const each of clients) each.reset();
  };
  return {
    connect: () => connect(client),
    breakConnections,
    rules,
    signals: rules.signals,
    close: async () => {
      stop.abort(new Error("the test is over"));
      await breakConnections();
      await listener[Symbol.asyncDispose]();
      await accepting;
      await simulation.turn();
    },
  };
}

function serve({ stream }: Connection, { onOpen }: ScriptedSessions): void {
  new ClearConnection({ stream, role: "server", onOpen });
  stream.on("error", () => {});
}

watchResources();
describeSshConnection("simulated ssh, sshd", { commands: {}, subsystems: { isRefused: "no-such" } }, simulatedSshd);
describeSshConnection("simulated ssh, a server with a script", scriptedTraits, scripted);
