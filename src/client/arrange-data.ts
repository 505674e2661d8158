// The way to a data connection: the remembered one pipelined with the command, a new one step by step.
import { type ErrorCode, isSallyportError } from "../protocol/error.ts";
import { type Coming, type DataEnd, openDataEnd } from "./data-end.ts";
import { type Talk, tell } from "./talk.ts";

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

/** The transfer command may follow at once. */
export async function arrangeData(talk: Talk, signal: AbortSignal, coming: Coming): Promise<DataEnd> {
  const { modes, options, link } = talk;
  const end = openDataEnd(talk, signal, coming);
  try {
    await end.asked;
    if (modes.proven && options.pipeline !== false) return end;
    await end.ready;
    // Without having asked for a file yet another mode can still be tried.
    if (modes.mode === "passive") await end.connection;
    return end;
  } catch (error) {
    await end[Symbol.asyncDispose]();
    const isAboutFile = isSallyportError(error) && error.details.phase === "request";
    const useless = isAboutFile || !isSallyportError(error) || !otherModeHelps.includes(error.code);
    if (useless || !modes.automatic || modes.mode !== "passive" || link.failure !== undefined) throw error;
    modes.choose("active", `active, because passive mode failed: ${error.message}`);
    tell(talk, `passive mode failed (${error.message}); active mode is tried`);
    return await arrangeData(talk, signal, coming);
  }
}
