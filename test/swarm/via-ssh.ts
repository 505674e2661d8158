// A client that goes through SSH by itself: its program has the SSH connection, and the remote end is its network.
import { isSallyportError } from "../../src/protocol/error.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import type { ClientParts } from "./client-parts.ts";
import { never } from "./program.ts";

/** Runs `work` with an SSH connection, and closes it whatever happens. Rejects with what `work` rejects with. */
export async function viaSsh(
  { place, program, plan, number, say, fault, isCalm }: ClientParts,
  work: (ssh: SimulatedSsh) => Promise<void>,
  server: { readonly host: string; readonly port: number } = { host: place.addresses.ssh, port: 22 },
): Promise<void> {
  const host = place[plan.clients[number]?.host ?? "client"];
  let ssh: SimulatedSsh;
  try {
    ssh = await SimulatedSsh.connect(host, { ...server, local: program, signal: never });
  } catch (error) {
    const text = `no SSH connection: ${isSallyportError(error) ? error.code : String(error)}`;
    say(text);
    if (isCalm) fault(text);
    return;
  }
  try {
    await work(ssh);
  } finally {
    await ssh[Symbol.asyncDispose]();
  }
}
