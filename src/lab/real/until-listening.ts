// Some servers say nothing when they are ready: then the host's table of sockets tells.
import { SallyportError } from "../../protocol/error.ts";
import type { Enclosure } from "./enclosure/enclosure.ts";
import type { Program } from "./enclosure/program.ts";

/** Seconds; the look is repeated every 10 ms. */
const patienceSeconds = 30;

/** Throws `CONFIG_INVALID` when the program ends first, or takes too long. */
export async function untilListening(
  enclosure: Enclosure,
  host: string,
  port: number,
  program: Program,
): Promise<void> {
  const look = `ss -tlnH 'sport = :${port}' | grep -q LISTEN`;
  const script = `for n in $(seq ${patienceSeconds * 100}); do ${look} && echo up && exit; sleep 0.01; done`;
  const found = await Promise.race([enclosure.script(script, host), program.ended.then(() => "ended")]);
  if (found.trim() === "up") return;
  const how = found === "ended" ? "it ended" : `it did not listen within ${patienceSeconds} s`;
  throw new SallyportError("CONFIG_INVALID", `the server for port ${port} of ${host}: ${how}\n${program.log.trim()}`);
}
