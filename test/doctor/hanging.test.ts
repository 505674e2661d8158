// A server that hangs, at each step: the doctor is over in its time, says what it knows, and what it has not looked at.
import { describe, expect, it } from "vitest";
import { clientAddress, openTopology, serverAddress } from "../../src/lab/scenarios/topologies.ts";
import { raceAbort } from "../../src/platform/abort.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { parsePort } from "../../src/protocol/host-port.ts";
import type { Host } from "../../src/simulation/host/host.ts";
import { watchResources } from "../support/resources.ts";
import { plain, toServer } from "./planted.ts";
import { diagnose } from "./simulated.ts";

watchResources();

const never = (): AbortSignal => new AbortController().signal;
const timeoutMs = 60_000;
/** What is closed in order behind the end. */
const graceMs = 10_000;

const replies: Readonly<Record<string, string>> = {
  USER: "331 Please specify the password.",
  PASS: "230 Login successful.",
  SYST: "215 UNIX Type: L8",
  FEAT: "211 no-features",
  TYPE: "200 Switching mode.",
  PORT: "200 PORT command successful.",
  EPRT: "500 Unknown command.",
  EPSV: "500 Unknown command.",
};

/** An old server, which at the step `at` waits for ever; `data`: the connection is made, and nothing comes. */
async function hangingServer(host: Host, at: string): Promise<void> {
  const network = host.network();
  const listen = (port: number) => network.listen({ host: "", ports: { first: port, last: port }, signal: never() });
  const listener = await listen(21);
  const serve = async ({ stream }: Connection): Promise<void> => {
    let data: Promise<Connection> = new Promise(() => {});
    const say = (step: string, line: string): void => void (step === at || stream.write(`${line}\r\n`));
    const pasv = async (): Promise<void> => {
      const passive = await listen(0);
      data = passive.accept({ signal: never() });
      const { port } = passive.endpoint;
      say("PASV", `227 Entering Passive Mode (203,0,113,3,${port >> 8},${port & 255}).`);
    };
    const list = async (): Promise<void> => {
      say("LIST", "150 Here comes the directory listing.");
      const connection = await data;
      if (at === "data") return;
      connection.stream.end("-rw-r--r-- 1 0 0 5 Jan 1 00:00 file\r\n");
      say("226", "226 Directory send OK.");
    };
    say("greeting", "220 ready");
    for await (const chunk of stream) {
      for (const line of String(chunk).split("\r\n").filter(Boolean)) {
        const [verb = "", argument = ""] = line.split(" ");
        if (at === verb) continue;
        if (verb === "PORT") data = network.connect({ ...parsePort(argument), signal: never() });
        if (verb === "PASV") await pasv();
        else if (verb === "LIST") void list();
        else say(verb, replies[verb] ?? "500 Unknown command.");
      }
    }
  };
  const acceptAll = async (): Promise<void> => {
    for (;;) {
      const client = await listener.accept({ signal: never() }).catch(() => undefined);
      if (client === undefined) return;
      client.stream.on("error", () => {});
      void serve(client).catch(() => {});
    }
  };
  void acceptAll();
}

const visit = (at: string) => ({
  topology: openTopology,
  plant: async (_: unknown, hosts: ReadonlyMap<string, Host>) => {
    const server = hosts.get("server");
    if (server !== undefined) await hangingServer(server, at);
  },
  server: toServer,
  modes: ["EPSV", "PASV", "EPRT", "PORT"] as const,
  timeoutMs,
});

it("a server that does not hang, as a measure: nothing is found, and nothing is left", async () => {
  const { findings, facts } = await diagnose(visit("nowhere"));
  expect(findings).toEqual([]);
  expect(facts.notLookedAt).toEqual([]);
});

describe.each([
  ["greeting", ["D34"]],
  ["USER", ["D44"]],
  ["PASS", ["D44"]],
  ["FEAT", ["D44"]],
  ["TYPE", ["D44"]],
  ["SYST", ["D44"]],
  ["EPSV", ["D44"]],
  ["PASV", ["D44"]],
  ["PORT", ["D44"]],
  ["LIST", ["D20"]],
  ["data", ["D20"]],
  ["226", ["D20"]],
])("a server that hangs at %s", (at, ids) => {
  it("is found within the deadline", async () => {
    const { findings, tookMs } = await diagnose(visit(at));
    expect(tookMs).toBeLessThanOrEqual(timeoutMs + graceMs);
    expect([...new Set(findings.map(({ id }) => id))]).toEqual(ids);
  });
});

it("what was not looked at when the time was over is told", async () => {
  const { facts, tookMs } = await diagnose({ ...visit("LIST"), timeoutMs: 5000 });
  expect(tookMs).toBeLessThanOrEqual(5000 + graceMs);
  expect(facts.controls).toMatchObject([{ isLoggedIn: true, local: { host: clientAddress } }]);
  expect(facts.notLookedAt).toEqual(["PASV, directly", "PORT, directly"]);
});

const hangs = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
  raceAbort(new Promise(() => {}), signal);

describe.each<[string, (network: Network) => Promise<Network>, string[]]>([
  ["logs nobody in", () => new Promise(() => {}), []],
  ["never answers to tcpip-forward", async (network) => ({ ...parts(network), listen: hangs }), ["D28"]],
  ["never answers to direct-tcpip", async (network) => ({ ...parts(network), connect: hangs }), ["D33"]],
])("an SSH host that %s", (_, sshNetwork, ids) => {
  it("holds up nothing of what goes directly, and is over within the deadline", async () => {
    const { facts, findings, tookMs } = await diagnose({
      topology: openTopology,
      plant: plain(),
      server: toServer,
      modes: ["PASV", "PORT"],
      via: serverAddress,
      sshNetwork,
      timeoutMs,
    });
    expect(tookMs).toBeLessThanOrEqual(timeoutMs + graceMs);
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(facts.data.filter(({ way, works }) => way === "direct" && works)).toHaveLength(2);
  });
});

const parts = (network: Network): Network => ({
  name: network.name,
  connect: (options) => network.connect(options),
  listen: (options) => network.listen(options),
});
