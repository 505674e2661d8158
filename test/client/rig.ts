// Our client with a server that does what a test tells it to.
import { openClient } from "../../src/client/client-calls.ts";
import { FtpClient, type FtpClientOptions, type TraceEvent } from "../../src/connect/index.ts";
import { systemTime } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { TraceEventBody } from "../../src/platform/trace.ts";
import { clientParts } from "../support/client-parts.ts";
import type { ScriptedControl, ScriptedData } from "../support/scripted-control.ts";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";

export interface ClientRig extends AsyncDisposable {
  readonly client: FtpClient;
  readonly server: ScriptedServer;
  readonly notes: () => string[];
  /** Commands as they left, passwords hidden. */
  readonly commands: () => string[];
  /** Last lines of the replies that were read. */
  readonly replies: () => (string | undefined)[];
}

/** The replies to what every session begins with. */
export async function begin(
  control: ScriptedControl,
  features: readonly string[] = ["SIZE", "UTF8"],
  greeting?: string,
): Promise<void> {
  await control.login(greeting);
  await control.expect("FEAT");
  await control.send(`211-Features\r\n${features.map((feature) => ` ${feature}\r\n`).join("")}211 End\r\n`);
  await control.expect("TYPE I");
  await control.reply("200 ok");
  if (!features.includes("UTF8")) return;
  await control.expect("OPTS UTF8 ON");
  await control.reply("200 ok");
}

/** EPSV and its answer. */
export async function passive(control: ScriptedControl): Promise<ScriptedData> {
  const data = await control.listenData();
  await control.expect("EPSV");
  await control.reply(`229 ok (|||${data.port}|)`);
  return data;
}

export interface ClientRigOptions extends Partial<FtpClientOptions> {
  /** For tests of what time does. */
  readonly clock?: Clock;
}

/** Logs in as anybody. */
export async function connectTo(server: ScriptedServer, { clock, ...more }: ClientRigOptions = {}): Promise<FtpClient> {
  const { host, port } = server;
  const options = { host, port, user: "me", password: "pw", ...more };
  if (clock === undefined) return await FtpClient.connect(options);
  const { network = systemNetwork, trace } = options;
  const emit = (event: TraceEventBody): void => trace?.({ ...event, session: 1, timeMs: clock.nowMs() });
  return await openClient(options, { network, clock, now: systemTime, emit }, clientParts);
}

/** A client that is logged in; `script` is what the server does from then on. */
export async function startRig(
  script: (control: ScriptedControl) => Promise<void>,
  options: ClientRigOptions = {},
  features?: readonly string[],
  greeting?: string,
): Promise<ClientRig> {
  const events: TraceEvent[] = [];
  const server = await startScriptedServer(async (control, number) => {
    // Later connections are for tests that count them by themselves.
    if (number === 0) await begin(control, features, greeting);
    await script(control);
  });
  const client = await connectTo(server, { trace: (event) => events.push(event), ...options });
  return {
    client,
    server,
    notes: () => events.flatMap((event) => (event.type === "relay.note" ? [event.note] : [])),
    replies: () => events.flatMap((event) => (event.type === "ftp.reply" ? [event.lines.at(-1)] : [])),
    commands: () => events.flatMap((event) => (event.type === "ftp.command" ? [event.line] : [])),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await client[Symbol.asyncDispose]();
    },
  };
}

/** Everything that a download gives. */
export async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}
