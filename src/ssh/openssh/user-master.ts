// An ssh of the user's that is connected there already and shares its connection (ControlMaster and ControlPath in ssh_config(5)).
import { lstatSync } from "node:fs";
import { raceAbort } from "../../platform/abort.ts";
import { type Clock, withDeadline } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";
import type { EffectiveSettings } from "./effective-settings.ts";
import { MuxClient } from "./mux-client.ts";
import { mux } from "./mux-messages.ts";

export interface UserMaster {
  /** Of its multiplexing socket. */
  readonly path: string;
  readonly control: MuxClient;
}

/** With these ssh asks the user about each connection, and one transfer needs several. */
const asking: ReadonlySet<string> = new Set(["ask", "autoask"]);

/** The one that ssh would use too; none where nobody listens, or does not answer. Rejects with the signal's reason. */
export async function findUserMaster(
  settings: EffectiveSettings,
  clock: Clock,
  signal: AbortSignal,
): Promise<UserMaster | undefined> {
  const path = settings.get("controlpath") ?? "none";
  if (path === "none" || asking.has(settings.get("controlmaster") ?? "") || !isOurSocket(path)) return undefined;
  const deadline = withDeadline(clock, limits.sshMasterAnswerMs, signal, () => new Error("no answer"));
  const connecting = MuxClient.connect(path);
  try {
    const control = await raceAbort(connecting, deadline.signal);
    const { type } = await raceAbort(control.request(mux.aliveCheck), deadline.signal);
    if (type === mux.alive) return { path, control };
    control.close();
  } catch {
    connecting.then(
      (control) => control.close(),
      () => {},
    );
    signal.throwIfAborted();
  } finally {
    deadline.release();
  }
  return undefined;
}

/** Somebody else's would see everything that goes through it. */
function isOurSocket(path: string): boolean {
  try {
    const stat = lstatSync(path);
    return stat.isSocket() && stat.uid === process.getuid?.();
  } catch {
    return false;
  }
}
