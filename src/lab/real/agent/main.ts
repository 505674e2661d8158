// The scripted FTP client as a separate program, run by the stage in a host's network namespace: calls come on standard input,
// results and events go to standard output (messages.ts).
import { createInterface } from "node:readline";
import { systemTime, wakefulClock } from "../../../network/system-clock.ts";
import { systemNetwork } from "../../../network/system-network.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { isSallyportError } from "../../../protocol/error.ts";
import { ScriptedClient } from "../../client/scripted-client.ts";
import type { LabClient } from "../../stage.ts";
import type { AgentCall, AgentMessage, AgentPlan } from "./messages.ts";

const send = (message: AgentMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

let resume: () => void = () => {};
const pause = (): Promise<void> =>
  new Promise((resolve) => {
    resume = resolve;
    send({ type: "paused" });
  });

/** JSON has neither functions nor `undefined` in a list. */
async function carryOut(client: ScriptedClient, { method, args }: AgentCall): Promise<unknown> {
  if (method === "resume") return resume();
  const given = args.map((arg) => arg ?? undefined);
  if (method === "get") {
    const [mode, path, afterBytes] = given as [Parameters<LabClient["get"]>[0], string | undefined, number | undefined];
    return client.get(mode, path, afterBytes === undefined ? undefined : { afterBytes, happens: pause });
  }
  return (client[method] as (...all: unknown[]) => Promise<unknown>)(...given);
}

/** Sends what comes of a call. */
function answer(id: number, work: Promise<unknown>): Promise<void> {
  return work.then(
    (result) => send({ type: "result", id, result }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      const known = isSallyportError(error) ? { code: error.code, system: error.details.system } : { code: "INTERNAL" };
      send({ type: "failed", id, message, ...definedProps(known) } as AgentMessage);
    },
  );
}

function logIn(plan: AgentPlan): Promise<ScriptedClient> {
  return ScriptedClient.logIn({
    ...plan,
    network: systemNetwork,
    clock: wakefulClock,
    notify: (event) => send({ type: "event", time: systemTime(), event }),
    kill: async () => process.exit(1),
  });
}

async function serve(): Promise<void> {
  let client: ScriptedClient | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    if (client === undefined) {
      const login = logIn(JSON.parse(line) as AgentPlan);
      await answer(
        0,
        login.then(({ local, login }) => ({ local, login })),
      );
      client = await login;
      continue;
    }
    const call = JSON.parse(line) as AgentCall;
    // Not awaited: `resume` comes while a download is under way.
    void answer(call.id, carryOut(client, call));
  }
}

serve()
  .catch(() => {}) // it was answered
  .finally(() => process.exit());
