// The bytes of one transfer, as the scripted client reads and writes them: the end of the connection is the end of the file.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Connection } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { limits } from "../../protocol/limits.ts";
import { wrongLabByte } from "../files.ts";
import type { Meanwhile } from "../stage.ts";
import { systemName } from "./client-events.ts";

export interface TransferEnd {
  readonly whole: boolean;
  readonly bytes: number;
  readonly wrongAt?: number;
  /** The system's error when it broke. */
  readonly system?: string;
}

interface Received {
  readonly bytes: number;
  /** Place of the first one that is another one than in the file. */
  readonly wrongAt?: number;
  /** The first of it as text, for listings. */
  readonly text: string;
  readonly system?: string;
}

/** Reads to the end, or until it breaks. Never rejects. */
export async function receiveData(connection: Connection, meanwhile?: Meanwhile): Promise<Received> {
  const { stream } = connection;
  let [bytes, text] = [0, ""];
  let wrongAt: number | undefined;
  let due = meanwhile;
  let system: string | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      wrongAt ??= wrongLabByte(chunk, bytes);
      bytes += chunk.length;
      if (text.length < limits.labListingCharactersMax) text += chunk.toString("latin1");
      if (due !== undefined && bytes >= due.afterBytes) {
        const { happens } = due;
        due = undefined;
        await happens();
        await nextTurn();
      }
    }
    stream.end();
  } catch (error) {
    system = systemName(error);
  }
  return {
    bytes,
    text,
    ...definedProps({ wrongAt, system }),
  };
}

/** Sends and ends, or resets. Never rejects. */
export async function sendData(connection: Connection, bytes: Buffer, breakAfterBytes?: number): Promise<TransferEnd> {
  const { stream } = connection;
  const part = breakAfterBytes === undefined ? bytes : bytes.subarray(0, breakAfterBytes);
  stream.resume();
  const error = await new Promise<Error | null | undefined>((resolve) => {
    stream.once("close", () => resolve(stream.errored));
    stream.write(part, (failed) => resolve(failed));
  });
  if (error) return { whole: false, bytes: part.length, system: systemName(error) };
  if (breakAfterBytes !== undefined) {
    connection.reset();
    return { whole: false, bytes: part.length };
  }
  await connection[Symbol.asyncDispose]();
  return { whole: true, bytes: part.length };
}
