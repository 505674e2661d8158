// One run of `sallyport doctor`.
import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import type { ClientOptions } from "../../client/client-options.ts";
import { portOf } from "../../client/open-session.ts";
import { examine } from "../../doctor/examine.ts";
import { reportOf } from "../../doctor/report.ts";
import { reportLines } from "../../lab/figures/text/doctor-lines.ts";
import { systemClock } from "../../network/system-clock.ts";
import { systemNetwork } from "../../network/system-network.ts";
import { withDeadline } from "../../platform/clock.ts";
import { formatEndpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isLoopback } from "../../protocol/ip-address.ts";
import { limits } from "../../protocol/limits.ts";
import { targetOf } from "../../ssh/ssh-connection.ts";
import { choosePaint } from "../../text/paint.ts";
import { askMemory } from "../../tunnel/memory-socket.ts";
import { signIn, tlsOptions } from "../credentials/sign-in.ts";
import { exitStatusOfHealth, exitStatusOfSignal } from "../exit-status.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { StopRequest } from "../run/stop-request.ts";
import { sshPrompts } from "../terminal/ask-user.ts";
import type { DoctorCommand } from "./doctor-command.ts";
import { DoctorFiles } from "./doctor-files.ts";
import { connectSshWay, environmentOn, plainKeepalive } from "./ssh-way.ts";

/** Returns the exit status. Throws `CONFIG_INVALID` for a file that cannot be read. */
export async function runDoctor(command: DoctorCommand, io: ProcessIo): Promise<number> {
  using stop = new StopRequest(io.onStopSignal);
  const files = new DoctorFiles(command, io.env);
  await files.check();
  const asking = sshPrompts(io, () => stop.request("SIGINT"));
  const prompts = { ...asking, askUser: files.remembering(asking.askUser) };
  const server = await serverOf(command, io, async (text) =>
    prompts.askUser({ kind: "password", text, echo: false }, stop.first),
  );
  const status = new StatusLine(io, command.timeoutMs);
  const time = withDeadline(systemClock, command.timeoutMs, stop.first, () => new Error("the time is over"));
  const { signal } = time;
  const { via } = command;
  const target = via === undefined ? undefined : targetOf(via.ssh);
  const serverHost = via !== undefined && via.ssh.host === command.host ? "localhost" : undefined;
  const facts = await examine({
    server,
    direct: environmentOn(systemNetwork, files.recorder(1)),
    resolve: addressesOf,
    greetingOnly: !mayLogInDirectly(command, server),
    modes: command.modes,
    ...definedProps({ idleMs: command.idleMs, write: writtenPath(command) }),
    ...(command.thirdParty === undefined ? {} : { thirdParty: { ...server, port: 21, ...command.thirdParty } }),
    signal,
    onStep: (what) => status.show(what),
    ...(via === undefined || target === undefined
      ? {}
      : {
          ssh: {
            target,
            ...definedProps({ serverHost, plainKeepaliveSeconds: await plainKeepalive(via.ssh, signal) }),
            connect: (end) => connectSshWay({ ...via, ...prompts }, files.recorder(2), end),
          },
        }),
  }).finally(() => {
    time.release();
    status.clear();
  });
  const asked = {
    server: formatEndpoint({ host: serverHost ?? command.host, port: portOf(server) }),
    ...definedProps({ via: target, learned: await askMemory({ host: command.host, port: portOf(server) }, io.env) }),
  };
  const report = reportOf(facts, { ...asked, complete: !signal.aborted });
  if (command.json) io.printLine(JSON.stringify(report));
  else
    for (const line of reportLines(report, {
      paint: choosePaint(io.env, io.outputColumns !== undefined),
      columns: io.outputColumns ?? 80,
    }))
      io.printLine(line);
  for (const line of await files.write(report, facts, server)) io.printError(`sallyport: ${line}\n`);
  const signalName = stop.signalOf(stop.first.reason);
  return signalName === undefined ? exitStatusOfHealth(report.health) : exitStatusOfSignal(signalName);
}

async function serverOf(
  command: DoctorCommand,
  io: ProcessIo,
  ask: (text: string) => Promise<string | undefined>,
): Promise<ClientOptions> {
  const { host, port, user, password, tls, tlsCa } = command;
  const known = { host, user: user ?? "anonymous", password };
  const credentials = await signIn(known, {
    env: io.env,
    askPassword: (name) => ask(`Password of ${name} at ${host}: `),
  });
  return {
    host,
    ...credentials,
    ...definedProps({ port }),
    ...(await tlsOptions(tls, tlsCa)),
    connectMs: limits.doctorConnectMs,
    replyMs: limits.doctorReplyMs,
    keepaliveMs: 0,
  };
}

type Login = Pick<DoctorCommand, "tls" | "allowPlaintextLogin" | "host" | "thirdParty">;

/** False: whoever is on the way to one of the servers could read the password. */
export function mayLogInDirectly(
  { tls, allowPlaintextLogin, host, thirdParty }: Login,
  { user }: Pick<ClientOptions, "user">,
): boolean {
  if (tls !== undefined || allowPlaintextLogin || user === "anonymous") return true;
  return [host, thirdParty?.host ?? host].every((name) => name === "localhost" || isLoopback(name));
}

/** A name that nobody else has. */
function writtenPath({ writeDirectory }: DoctorCommand): { readonly path: string } | undefined {
  if (writeDirectory === undefined) return undefined;
  return { path: `${writeDirectory.replace(/\/+$/, "")}/sallyport-doctor-${randomBytes(8).toString("hex")}` };
}

/** As getaddrinfo(3) orders them, and so clients try them. */
async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
}

/** What is looked at now, where somebody is watching. */
class StatusLine {
  readonly #io: ProcessIo;
  readonly #bound: string;

  constructor(io: ProcessIo, timeoutMs: number) {
    this.#io = io;
    this.#bound = `at most ${timeoutMs / 1000} s in all`;
  }

  show(what: string): void {
    if (this.#io.columns !== undefined) this.#io.printError(`\r\u001b[KLooking at ${what} (${this.#bound}) ...`);
  }

  clear(): void {
    if (this.#io.columns !== undefined) this.#io.printError("\r\u001b[K");
  }
}
