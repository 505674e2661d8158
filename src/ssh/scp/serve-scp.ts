// One run of `scp -t` or `scp -f` on a byte stream.
import type { Duplex } from "node:stream";
import type { FileSystem } from "../../platform/file-system.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import { receiveFiles } from "./receive-files.ts";
import { isScpFatal, ScpFatal, ScpSession } from "./scp-session.ts";
import { sendFiles } from "./send-files.ts";
import type { ScpCommand } from "./wire/command.ts";
import { formatComplaint } from "./wire/records.ts";

export interface ScpOptions {
  readonly files: FileSystem;
  /** Letters that nobody can foresee. */
  readonly randomName: () => string;
}

/**
 * Returns the exit status, or `undefined` when the stream has to be aborted: the client must not take what it has for
 * whole. Never rejects; ending the stream is up to the caller. `command` may be why there is none.
 */
export async function serveScp(
  stream: Duplex,
  command: ScpCommand | string,
  { files, randomName }: ScpOptions,
): Promise<number | undefined> {
  const end = new AbortController();
  const onClose = (): void => end.abort(new SallyportError("CLOSED", "the scp client is gone"));
  stream.once("close", onClose);
  const session = new ScpSession(stream);
  const options = { signal: end.signal };
  try {
    if (typeof command === "string") throw new ScpFatal(command);
    if (command.role === "sink") await receiveFiles(session, command, { files, options, randomName });
    else await sendFiles(session, command, { files, options });
    return session.failed ? 1 : 0;
  } catch (error) {
    if (!isScpFatal(error) && !isBeforeData(error)) return undefined;
    await session.write(formatComplaint("fatal", printable(error.message, 300))).catch(() => {});
    return 1;
  } finally {
    stream.off("close", onClose);
  }
}

/** A path that is not one. */
function isBeforeData(error: unknown): error is SallyportError {
  return isSallyportError(error) && error.code === "FS_NAME_INVALID";
}
