// One mode through the tunnel, step by step, and whether the data went the way that the mode is about.
import type { TraceEvent } from "../../platform/trace.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { UpstreamMode } from "../../protocol/relay/messages.ts";
import { type LoopbackOptions, LoopbackStage } from "./loopback-stage.ts";
import { type LoopbackMode, loopbackTopology, type Scene } from "./modes.ts";

/** Something that was done and checked. */
export interface Step {
  readonly name: string;
  /** What was found. */
  readonly result: string;
}

export interface ModeRun {
  readonly mode: LoopbackMode;
  readonly steps: readonly Step[];
  /** What the tunnel traced during the first step, and during all of them. */
  readonly first: readonly TraceEvent[];
  readonly all: readonly TraceEvent[];
  readonly failure?: { readonly step: string; readonly error: SallyportError };
  /** Why it was left out. */
  readonly lacking?: string;
}

/** Ports as a script names them: of the server and of the other one, for each way of having data at their side. */
const ports: Readonly<Record<"auto" | "active" | "default-port", readonly [number, number]>> = {
  auto: [2001, 2002],
  active: [2003, 2004],
  "default-port": [2005, 2006],
};

export const entrancesOf = (back: UpstreamMode): Scene["entrances"] => {
  const [one, other] = ports[back === "passive" ? "auto" : back];
  return [
    { host: "127.0.0.1", port: one },
    { host: "127.0.0.1", port: other },
  ];
};

/** Two FTP servers, an SSH server, and a tunnel for each way. When that fails nothing is left open. */
export async function openModesStage(options: LoopbackOptions): Promise<LoopbackStage> {
  const stage = new LoopbackStage(loopbackTopology, options);
  try {
    await stage.sshd("server", { sharesPorts: true });
    for (const host of ["server", "other"]) await stage.ftpServer(host);
    for (const back of ["auto", "active", "default-port"] as const) {
      const [one, other] = ports[back];
      await stage.sallyport("client", { to: "server", local: [`${one}:server:21`, `${other}:other:21`], back });
    }
    return stage;
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

/** Rejects only with the signal's reason: what fails is in the result. */
export async function runMode(mode: LoopbackMode, stage: LoopbackStage, signal: AbortSignal): Promise<ModeRun> {
  const { recorder } = stage;
  const steps: Step[] = [];
  const begin = recorder.mark;
  let current = "connect and log in";
  let from = begin;
  let first: readonly TraceEvent[] = [];
  const step: Scene["step"] = async (name, work) => {
    signal.throwIfAborted();
    current = name;
    if (steps.length === 0) from = recorder.mark;
    const result = await work();
    steps.push({ name, result });
    if (steps.length === 1) first = recorder.since(from);
    current = `after ${name}`;
  };
  const seen = (): Pick<ModeRun, "first" | "all"> => ({
    first: steps.length === 0 ? recorder.since(from) : first,
    all: recorder.since(from),
  });
  try {
    await mode.script({ stage, entrances: entrancesOf(mode.back), step });
    signal.throwIfAborted();
    checkWays(mode, recorder.since(begin));
    return { mode, steps, ...seen() };
  } catch (error) {
    signal.throwIfAborted();
    const known = asError(error);
    const lacking = mode.lacking?.(known);
    if (lacking !== undefined) return { mode, steps, ...seen(), lacking };
    return { mode, steps, ...seen(), failure: { step: current, error: known } };
  }
}

/** Right bytes that went another way than the mode's would prove nothing. */
function checkWays({ ways }: LoopbackMode, events: readonly TraceEvent[]): void {
  for (const side of ["downstream", "upstream"] as const) {
    const went = events.flatMap((event) => (event.type === "data.open" && event.side === side ? [event.how] : []));
    const found = [...new Set(went)].sort().join(" and ");
    const wanted = ways[side].join(" and ");
    if (found === wanted) continue;
    const where = side === "downstream" ? "client" : "server";
    throw new SallyportError("INTERNAL", `data connections at the ${where} were ${found || "none"}, not ${wanted}`);
  }
}

function asError(error: unknown): SallyportError {
  if (isSallyportError(error)) return error;
  return new SallyportError("INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
}
