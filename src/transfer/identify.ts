// What a server reports of a file, and its bytes.
import { type Chunks, isRefusal } from "../client/compare-tail.ts";
import type { SourceFacts } from "../client/transfer-options.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isFtp, type ServerSession } from "./server-session.ts";

type Call = { readonly signal?: AbortSignal };

/** Of a source. What the server refuses to tell is absent; a session that is lost throws. */
export async function identify(session: ServerSession, path: string, call: Call): Promise<SourceFacts> {
  const hasTimes = !isFtp(session) || session.features.size === 0 || session.features.has("MDTM");
  const [size, modifiedMs] = await Promise.all([
    reported(() => session.size(path, call)),
    hasTimes ? reported(() => session.modified(path, call)) : undefined,
  ]);
  return definedProps({ size, modifiedMs });
}

async function reported(ask: () => Promise<number>): Promise<number | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The bytes of a server's file, from an offset on. */
export function bytesAt(session: ServerSession, path: string, signal: AbortSignal): (offset: number) => Chunks {
  return (offset) => {
    const stream = session.download(path, { offset, signal, verify: "none" });
    stream.result.catch(() => {}); // the stream tells it as well
    return stream;
  };
}
