// The way to a data connection: the remembered one pipelined with the command, a new one step by step.
import { type ErrorCode, isSallyportError } from "../protocol/error.ts";
import { openActive } from "./active-data.ts";
import { openDefaultPort } from "./default-port-data.ts";
import type { DataCommand, DataConnection } from "./mode-choice.ts";
import { openPassive } from "./passive-data.ts";
import { notify, type Session } from "./session.ts";

/** Failures of passive mode after which active mode may still work. */
const otherModeHelps: readonly ErrorCode[] = [
  "FTP_REPLY_PERMANENT",
  "FTP_REPLY_TRANSIENT",
  "FTP_PROTOCOL_REMOTE",
  "NET_REFUSED",
  "NET_TIMEOUT",
  "NET_UNREACHABLE",
  "NET_PERMISSION",
  "SSH_CHANNEL_REFUSED",
];

export interface ArrangedData {
  readonly end: DataConnection;
  /** It may be open before the server has read the transfer command. */
  readonly isAhead: boolean;
}

/** The transfer command may follow at once; a promise where somebody has to be waited for. */
export function arrangeData(
  session: Session,
  signal: AbortSignal,
  coming: DataCommand,
): ArrangedData | Promise<ArrangedData> {
  const { modes } = session;
  const spare = modes.mode === "passive" ? session.spare?.take() : undefined;
  if (spare !== undefined) return { end: spare, isAhead: true };
  const end = openDataConnection(session, signal, coming);
  if (end.asked === undefined && isPipelined(session)) return { end, isAhead: false };
  return arrangeInSteps(session, end, signal, coming);
}

const isPipelined = ({ modes, options }: Session): boolean => modes.proven && options.pipeline !== false;

async function arrangeInSteps(
  session: Session,
  end: DataConnection,
  signal: AbortSignal,
  coming: DataCommand,
): Promise<ArrangedData> {
  const { modes, control } = session;
  try {
    await end.asked;
    if (isPipelined(session)) return { end, isAhead: false };
    await end.ready;
    // Without having asked for a file yet another mode can still be tried.
    if (modes.mode === "passive") await end.connection;
    return { end, isAhead: true };
  } catch (error) {
    await end[Symbol.asyncDispose]();
    const isAboutFile = isSallyportError(error) && error.details.phase === "request";
    const useless = isAboutFile || !isSallyportError(error) || !otherModeHelps.includes(error.code);
    if (useless || !modes.automatic || modes.mode !== "passive" || control.failure !== undefined) throw error;
    modes.choose("active", `active, because passive mode failed: ${error.message}`);
    notify(session, `passive mode failed (${error.message}); active mode is tried`);
    return await arrangeData(session, signal, coming);
  }
}

/** By the mode that is chosen now. */
function openDataConnection(session: Session, signal: AbortSignal, coming: DataCommand): DataConnection {
  const opening = { passive: openPassive, active: openActive, "default-port": openDefaultPort }[session.modes.mode];
  const end = opening(session, signal, coming);
  end.asked?.catch(() => {});
  end.ready.catch(() => {});
  end.connection.catch(() => {});
  return end;
}
