// Errors as our client really meets them, and the scenario that each is a sign of.
import { afterEach, describe, expect, test } from "vitest";
import {
  FtpClient,
  type FtpClientOptions,
  isSallyportError,
  type Network,
  transferBetween,
} from "../../src/connect/index.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { findingOfError, scenarioOf } from "../../src/protocol/findings/explain-error.ts";
import { begin } from "../client/rig.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";

watchResources();

let servers: ScriptedServer[] = [];
afterEach(async () => {
  const stopping = servers.map((server) => server.stop());
  servers = [];
  await Promise.all(stopping);
});

type Answers = Readonly<Record<string, string>>;

/** Logs in, and then answers each command with its line; 200 to what is not there. */
async function serve(answers: Answers): Promise<ScriptedServer> {
  const server = await startScriptedServer(async (control: ScriptedControl) => {
    await begin(control);
    for (let line = await control.line(); line !== undefined; line = await control.line()) {
      await control.reply(answers[line.split(" ", 1)[0] ?? ""] ?? (line === "QUIT" ? "221 bye" : "200 ok"));
    }
  });
  servers.push(server);
  return server;
}

/** What a listing, or another call, at that server fails with. */
async function listingAt(
  answers: Answers,
  options: Partial<FtpClientOptions>,
  call = (client: FtpClient): Promise<unknown> => client.listText(),
): Promise<SallyportError> {
  const { port } = await serve(answers);
  await using client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x", ...options });
  const error: unknown = await call(client).catch((thrown: unknown) => thrown);
  if (!isSallyportError(error)) throw new Error(`the listing ended with ${error}`);
  return error;
}

const active = { mode: "active" } as const;
const passive = { mode: "passive" } as const;
const inside = { mode: "active", activeAddress: "192.168.7.7" } as const;
const illegal = { EPRT: "500 Illegal EPRT command.", PORT: "500 Illegal PORT command." };
const firewalled = { LIST: "425 Failed to establish connection." };

/** The server seems to be at that host, and only its control port answers. */
function closed(host: string): Network {
  let connections = 0;
  return {
    ...systemNetwork,
    connect: async (options) => {
      connections += 1;
      if (connections === 1) {
        const connection = await systemNetwork.connect(options);
        return Object.defineProperty(connection, "remote", { value: { host, port: options.port } });
      }
      const remote = `${options.host}:${options.port}`;
      const message = `could not connect to ${remote}: connection refused`;
      throw new SallyportError("NET_REFUSED", message, { details: { phase: "connect", remote } });
    },
  };
}

describe("what our client fails with", () => {
  test.each([
    ["S03", { LIST: "425 Can't build data connection: Cannot assign requested address." }, active],
    ["S05", illegal, active],
    ["S05", firewalled, active],
    ["S07", illegal, { mode: "active", activeAddress: "203.0.113.5" }],
    ["S08", { LIST: "425 Security: Bad IP connecting." }, active],
    ["S10", illegal, inside],
    ["S10", firewalled, inside],
    ["S14", { LIST: "425 Unable to build data connection: Address already in use" }, active],
    ["S19", { EPSV: "522 Protect it.", PASV: "522 Protect it." }, passive],
  ] as const)("%s: %j", async (scenario, answers, options) => {
    const error = await listingAt(answers as Answers, options);
    expect([scenarioOf(error), error.message]).toEqual([scenario, expect.any(String)]);
  });

  test.each([
    ["S02", "127.0.0.1", "227 ok (10,0,3,7,200,1)"],
    ["S04", "127.0.0.1", "227 ok (127,0,0,1,200,1)"],
    ["S12", "203.0.113.9", "227 ok (10,0,3,7,200,1)"],
    ["S13", "203.0.113.9", "227 ok (198,51,100,4,200,1)"],
    ["S15", "203.0.113.9", "227 ok (203,0,113,9,200,1)"],
  ])("%s: a server at %s whose data ports do not answer says %s", async (scenario, host, reply) => {
    const error = await listingAt({ EPSV: "500 what?", PASV: reply }, { ...passive, network: closed(host) });
    expect([scenarioOf(error), error.message]).toEqual([scenario, expect.stringContaining(`${host}:51201`)]);
  });

  test("S16: a server that does not connect to another one", async () => {
    const [{ port: from }, { port: to }] = [
      await serve({ SIZE: "213 3", EPSV: "229 ok (|||2000|)" }),
      await serve(illegal),
    ];
    const open = (port: number) => FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x" });
    await using source = await open(from);
    await using destination = await open(to);
    const error: unknown = await transferBetween(source, destination, "a", "b").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining("500 Illegal PORT command.") });
    expect(scenarioOf(error as SallyportError)).toBe("S16");
  });

  test("D34: a greeting that does not come; S17: a session of another mode; none: a name that is not there", async () => {
    const silent = await startScriptedServer(async () => {});
    servers.push(silent);
    const greeting: unknown = await FtpClient.connect({ host: "127.0.0.1", port: silent.port, replyMs: 50 }).catch(
      (e) => e,
    );
    expect(findingOfError(greeting as SallyportError)).toBe("D34");
    const begun = await listingAt({}, active, (client) => {
      client.setMode("default-port");
      return client.listText();
    });
    expect([scenarioOf(begun), begun.code]).toEqual(["S17", "NET_ADDRESS_IN_USE"]);
    const missing = await listingAt({ CWD: "550 /x: no such file or directory." }, passive, (client) => client.cd("x"));
    expect(findingOfError(missing)).toBe("no-path");
  });
});
