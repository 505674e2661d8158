// A long link in front of a server: a TCP relay in a separate process that delays each direction and limits no bandwidth.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface DelayRelayOptions {
  readonly target: { readonly host: string; readonly port: number };
  /** Added to each direction; the round trip grows by twice as much. 0 makes a plain relay to reset or stall. */
  readonly delayMs: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
}

export interface DelayRelay extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Breaks every connection on both sides with RST. New ones are taken. */
  reset(): Promise<void>;
  /** Delivers nothing more, in silence, as a cable that is cut; what comes in is kept. */
  stall(): Promise<void>;
  /** Delivers again. */
  resume(): Promise<void>;
  /** Ends the relay and its connections; idempotent. */
  stop(): Promise<void>;
}

export async function startDelayRelay(options: DelayRelayOptions): Promise<DelayRelay> {
  const host = options.host ?? "127.0.0.1";
  const { target, delayMs } = options;
  const path = fileURLToPath(new URL("./delay-relay-process.mjs", import.meta.url));
  const child = fork(path, [target.host, String(target.port), String(delayMs), host], { execArgv: [] });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  return {
    host,
    port,
    reset: () => tell(child, "reset"),
    stall: () => tell(child, "stall"),
    resume: () => tell(child, "resume"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function tell(child: ChildProcess, command: string): Promise<void> {
  const done = once(child, "message");
  child.send(command);
  await done;
}
