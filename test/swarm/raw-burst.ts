// Several pipelined downloads: no RFC forbids it, and some clients do it.
import type { Connection } from "../../src/platform/network.ts";
import { type ClientParts, mayBreak } from "./client-parts.ts";
import { contents } from "./contents.ts";
import { never, type Program } from "./program.ts";
import { patienceMs, type RawControl } from "./raw-control.ts";
import { announce } from "./raw-data.ts";

interface Outcome {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

export async function burst(
  parts: ClientParts,
  control: RawControl,
  files: readonly number[],
  mode: "PORT" | "EPRT",
): Promise<void> {
  if ((await control.ask("TYPE I")) === undefined) return;
  const { program } = parts;
  const { host } = control.connection.local;
  const stop = new AbortController();
  const items = await Promise.all(
    files.map(async (file) => {
      const listener = await program.listen({ host, ports: { first: 0, last: 0 }, signal: never });
      const to = { host, port: listener.endpoint.port };
      const accepted = listener.accept({ signal: stop.signal }).catch(() => undefined);
      const lines = [announce(mode, to), `RETR /file-${file}`];
      return { file, listener, lines, outcome: accepted.then((data) => receive(data, program)) };
    }),
  );
  control.say(items.flatMap(({ lines }) => lines));
  for (const { file, outcome } of items) {
    await control.final();
    const last = await control.final();
    if (last !== undefined && last.code < 300) judge(parts, file, await outcome);
    // There is one default data port, and the transfer before has it still.
    else if (parts.isCalm && parts.plan.gateway.upstreamMode !== "default-port")
      parts.fault(`/file-${file} in a burst: ${last?.lines.join(" | ")}`);
  }
  stop.abort(new Error("the burst is over"));
  for (const { listener } of items) await listener[Symbol.asyncDispose]();
  await Promise.all(items.map(({ outcome }) => outcome));
}

async function receive(data: Connection | undefined, { clock }: Program): Promise<Outcome | undefined> {
  if (data === undefined) return undefined;
  const pieces: Buffer[] = [];
  data.stream.on("data", (piece: Buffer) => pieces.push(piece));
  const cancel = clock.after(patienceMs, () => data.reset());
  const isWhole = await new Promise<boolean>((resolve) => {
    data.stream.once("end", () => resolve(true));
    data.stream.once("close", () => resolve(false));
  });
  cancel();
  await data[Symbol.asyncDispose]();
  return { bytes: Buffer.concat(pieces), isWhole };
}

function judge({ plan, fault, program }: ClientParts, file: number, outcome: Outcome | undefined): void {
  const expected = contents(plan.files[file] ?? 0, plan.seed + file);
  if (
    program.isDead ||
    (outcome?.isWhole !== true && mayBreak(plan)) ||
    (outcome?.isWhole === true && outcome.bytes.equals(expected))
  )
    return;
  fault(`/file-${file} in a burst: told of success, but got ${outcome?.bytes.length} of ${expected.length} bytes`);
}
