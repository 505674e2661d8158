// The addresses of the FTP server's name, and who answers at each: clients that try them in turn wait for every dead one.
import { definedProps } from "../../protocol/defined-props.ts";
import { limits } from "../../protocol/limits.ts";
import type { AddressFacts, NameFacts } from "../facts.ts";
import { call } from "./call.ts";
import { type Probing, targetOf } from "./session-probe.ts";

/** Every address of a name, in the order in which clients try them. Rejects where it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Nothing is sent on the connections. undefined: the name has no address, which the session tells. Throws the signal's reason only. */
export async function probeName(probing: Probing, resolve: Resolve): Promise<NameFacts | undefined> {
  const { host, port } = targetOf(probing.options);
  const found = await resolve(host).catch(() => []);
  probing.signal.throwIfAborted();
  const [first, ...others] = found.slice(0, limits.doctorAddressesMax);
  if (first === undefined) return undefined;
  // Who answers at the only one the session shows.
  if (others.length === 0) return { host, addresses: [{ address: first }] };
  return {
    host,
    addresses: await Promise.all([first, ...others].map((address) => probeAddress(probing, address, port))),
  };
}

async function probeAddress({ environment, signal }: Probing, address: string, port: number): Promise<AddressFacts> {
  const { clock } = environment;
  const sentMs = clock.nowMs();
  const { fate, connection } = await call(environment, { host: address, port }, signal);
  const tookMs = clock.nowMs() - sentMs;
  const from = connection?.local.host;
  await connection?.[Symbol.asyncDispose]();
  return { address, call: fate, tookMs, ...definedProps({ from }) };
}
