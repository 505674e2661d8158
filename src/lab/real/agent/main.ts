// The FTP client of the old kind as a separate program, run by the stage in a host's network namespace. What it is told
// comes on standard input, what it does and sees goes to standard output (messages.ts).
import { createInterface } from "node:readline";
import { systemTime, wakefulClock } from "../../../network/system-clock.ts";
import { systemNetwork } from "../../../network/system-network.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { Network } from "../../../platform/network.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { isSallyportError } from "../../../protocol/error.ts";
import { type ClientEvent, systemName } from "../../client/client-events.ts";
import { ScriptedClient } from "../../client/scripted-client.ts";
import type { AgentAnswer, AgentMessage, AgentPlan, AgentQuestion, AgentRequest } from "./messages.ts";

const say = (message: AgentMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

const notify = (event: ClientEvent): void => say({ type: "event", time: systemTime(), event });

const network: Network = watchedNetwork(systemNetwork, {
  connects: (at) => say({ type: "connects", time: systemTime(), at }),
  listens: (at) => say({ type: "listens", time: systemTime(), at }),
  failed: (call, error) => say({ type: "call", time: systemTime(), call, error }),
});

let goOn: () => void = () => {};
const paused = (): Promise<void> =>
  new Promise((resolve) => {
    goOn = resolve;
    say({ type: "paused" });
  });

async function carryOut(user: ScriptedClient, request: AgentRequest): Promise<AgentAnswer> {
  switch (request.do) {
    case "ask":
      return { type: "reply", text: await user.ask(request.line) };
    case "reply":
      return { type: "reply", text: await user.reply() };
    case "get": {
      const { mode, path, pauseAfterBytes: afterBytes } = request;
      const meanwhile = afterBytes === undefined ? undefined : { afterBytes, happens: paused };
      return { type: "transferred", result: await user.get(mode, path, meanwhile) };
    }
    case "put":
      return { type: "transferred", result: await user.put(request.mode, request.path, request) };
    case "list":
      return { type: "transferred", result: await user.list(request.mode) };
    case "quit":
      await user.quit();
      return { type: "done" };
    case "go-on":
      goOn();
      return { type: "done" };
  }
}

function failure(error: unknown): AgentAnswer {
  const message = error instanceof Error ? error.message : String(error);
  if (!isSallyportError(error)) return { type: "failed", code: "INTERNAL", message };
  const { system } = error.details;
  return { type: "failed", code: error.code, message, ...definedProps({ system }) };
}

async function logIn(plan: AgentPlan): Promise<ScriptedClient> {
  const kill = async (): Promise<void> => process.exit(1);
  return ScriptedClient.logIn({ ...plan, network, clock: wakefulClock, notify, kill });
}

async function serve(): Promise<void> {
  let user: ScriptedClient | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    if (user === undefined) {
      user = await logIn(JSON.parse(line) as AgentPlan);
      say({ type: "answer", id: 0, answer: { type: "logged-in", local: user.local, login: user.login } });
      continue;
    }
    const { id, request } = JSON.parse(line) as AgentQuestion;
    // Not awaited: `go-on` comes while a download is under way.
    void carryOut(user, request)
      .catch(failure)
      .then((answer) => say({ type: "answer", id, answer }));
  }
}

serve()
  .catch((error: unknown) => say({ type: "answer", id: 0, answer: failure(error) }))
  .finally(() => process.exit());

// The system's network, which says where its user connects to, and which calls of the system fail.
interface CallWatch {
  /** It is about to. */
  connects(to: Endpoint): void;
  listens(at: Endpoint): void;
  failed(call: string, error: string): void;
}

function watchedNetwork(network: Network, watch: CallWatch): Network {
  const told = async <T>(call: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      watch.failed(call, systemName(error));
      throw error;
    }
  };
  return {
    name: network.name,
    connect(options) {
      const { host, port } = options;
      watch.connects({ host, port });
      return told(`connect ${formatEndpoint({ host, port })}`, network.connect(options));
    },
    async listen(options) {
      const { host, ports } = options;
      const listener = await told(`bind ${formatEndpoint({ host, port: ports.first })}`, network.listen(options));
      watch.listens(listener.endpoint);
      return listener;
    },
  };
}
