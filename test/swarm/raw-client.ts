// A client that says what its plan says, word by word.
import type { HostPort } from "../../src/protocol/host-port.ts";
import type { ClientParts } from "./client-parts.ts";
import { bridgePorts, gatewayPort } from "./place.ts";
import type { RawClientPlan, RawStep } from "./plan.ts";
import { never } from "./program.ts";
import { burst } from "./raw-burst.ts";
import { RawControl } from "./raw-control.ts";
import { announce } from "./raw-data.ts";
import { thirdParty } from "./raw-third-party.ts";
import { RawTransfers } from "./raw-transfers.ts";

/** Whoever says USER again is logged in no more, and is refused; and junk may be the end. */
const stays = ({ steps }: RawClientPlan): boolean =>
  !steps.some((step) => step.do === "junk" || (step.do === "say" && step.lines.includes("USER again")));

export async function runRawClient(given: ClientParts, plan: RawClientPlan, gateway: string): Promise<void> {
  const parts = { ...given, isCalm: given.isCalm && stays(plan) };
  const { program, fault, isCalm } = parts;
  const conversation = parts.conversation();
  // Only the port of a socket that was bound can be listened on besides (SO_REUSEADDR on both).
  const usesOwnPort = plan.steps.some((step) => "mode" in step && step.mode === "none");
  const bound = usesOwnPort ? { localAddress: gateway.includes(":") ? "::" : "0.0.0.0" } : {};
  const port = plan.way === "bridge" ? bridgePorts.ftp : gatewayPort;
  const connection = await program.connect({ host: gateway, port, ...bound, signal: never });
  const control = new RawControl(connection, program, conversation, parts.say);
  const transfers = new RawTransfers(parts, control);
  const greeting = await control.reply();
  if (greeting?.code === 220) {
    await control.ask("USER me");
    await control.ask("PASS secret");
    for (const [index, step] of plan.steps.entries()) {
      if (control.isOver || program.isDead) break;
      await perform(parts, control, transfers, step, `/up-${parts.number}-${index}`);
    }
  } else if (isCalm) fault("no greeting though nothing was in the way");
  const isAnswered = await leave(parts, control, plan.ending);
  // What junk is answered with is nobody's promise.
  if (plan.steps.some((step) => step.do === "junk")) return;
  for (const text of conversation.faults(isAnswered && isCalm)) fault(text);
}

async function perform(
  parts: ClientParts,
  control: RawControl,
  transfers: RawTransfers,
  step: RawStep,
  path: string,
): Promise<void> {
  switch (step.do) {
    case "say": {
      control.say(step.lines);
      for (const _ of step.lines.filter((line) => line !== "")) await control.final();
      return;
    }
    case "get":
      return transfers.get(step);
    case "put":
      return transfers.put(step, path);
    case "burst":
      return burst(parts, control, step.files, step.mode);
    case "third-party":
      return thirdParty(parts, control, step.file, path);
    case "junk":
      control.junk(step.what);
      // There is one command in it, and all servers answer that.
      if (step.what === "telnet") await control.final();
      return;
    case "bounce":
      return bounce(parts, control, step.whom);
    case "wait":
      return new Promise((resolve) => void parts.program.clock.after(step.ms, resolve));
  }
}

async function bounce({ fault, place: { addresses } }: ClientParts, control: RawControl, whom: string): Promise<void> {
  const { local, remote } = control.connection;
  const to: Readonly<Record<string, HostPort>> = {
    victim: { host: addresses.victim, port: 5000 },
    server: { host: addresses.ftp, port: 2121 },
    gateway: { host: remote.host, port: gatewayPort },
    privileged: { host: local.host, port: 25 },
  };
  const reply = await control.ask(announce(local.host.includes(":") ? "EPRT" : "PORT", to[whom] as HostPort));
  if (reply !== undefined && reply.code < 400)
    fault(`an active transfer to ${whom} was taken: ${reply.lines.join(" | ")}`);
}

/** True: the session was ended in order, and all that was said has been heard. */
async function leave({ program }: ClientParts, control: RawControl, ending: RawClientPlan["ending"]): Promise<boolean> {
  const { connection } = control;
  const { stream } = connection;
  let isAnswered = false;
  if (ending === "quit") {
    if (!control.hasQuit) control.say(["QUIT"]);
    isAnswered = (await control.final())?.code === 221;
  }
  if (ending === "reset") connection.reset();
  if (ending === "kill") program.kill();
  if (ending === "end") {
    stream.end();
    while ((await control.reply()) !== undefined) {}
  }
  await connection[Symbol.asyncDispose]();
  return isAnswered;
}
