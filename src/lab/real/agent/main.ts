// The FTP client of the old kind as a separate program, run by the stage in a host's network namespace. What it is told
// comes on standard input, what it does and sees goes to standard output (messages.ts).
import { createInterface } from "node:readline";
import { systemTime, wakefulClock } from "../../../network/system-clock.ts";
import { systemNetwork } from "../../../network/system-network.ts";
import type { Network } from "../../../platform/network.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { isSallyportError } from "../../../protocol/error.ts";
import { NaiveUser } from "../../user/naive-user.ts";
import type { UserEvent } from "../../user/user-events.ts";
import type { AgentAnswer, AgentMessage, AgentPlan, AgentQuestion, AgentRequest } from "./messages.ts";
import { watchedNetwork } from "./watched-network.ts";

const say = (message: AgentMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

const tell = (event: UserEvent): void => say({ type: "event", time: systemTime(), event });

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

async function carryOut(user: NaiveUser, request: AgentRequest): Promise<AgentAnswer> {
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

async function logIn(plan: AgentPlan): Promise<NaiveUser> {
  const kill = async (): Promise<void> => process.exit(1);
  return NaiveUser.logIn({ ...plan, network, clock: wakefulClock, tell, kill });
}

async function serve(): Promise<void> {
  let user: NaiveUser | undefined;
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
