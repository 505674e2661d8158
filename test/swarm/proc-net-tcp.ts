// /proc/net/tcp of a simulated host, established connections only (proc(5)).
import type { Endpoint } from "../../src/platform/endpoint.ts";
import { ipBytes } from "../../src/protocol/ip-address.ts";
import type { Host } from "../../src/simulation/host/host.ts";

export function procNetTcp({ kernel }: Host): string {
  let text = "";
  for (const { local, remote, state } of kernel.table.all()) {
    if (state === "ESTABLISHED" && remote !== undefined) text += `   0: ${end(local)} ${end(remote)} 01 0:0\n`;
  }
  return text;
}

/** Words of four bytes in the host's order, which is little-endian. */
function end({ host, port }: Endpoint): string {
  const bytes = ipBytes(host) ?? [];
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.slice(4 * index, 4 * index + 4).reverse());
  return `${hex(words.flat(), 2)}:${hex([port], 4)}`;
}

const hex = (numbers: readonly number[], digits: number): string =>
  numbers.map((number) => number.toString(16).toUpperCase().padStart(digits, "0")).join("");
