// Two hosts far from each other: network namespaces joined by a cable on which every packet takes a while. Needs root.
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { missing } from "../test/support/missing.ts";
import { startProgram } from "../test/support/program.ts";

export interface LongLink extends AsyncDisposable {
  /** Names of the network namespaces. */
  readonly near: string;
  readonly far: string;
  readonly farAddress: string;
}

const nearAddress = "10.78.1.1";
const farAddress = "10.78.1.2";

/** Bytes; the kernel's default for sending, 4 MiB, holds a plain download to less than 80 MB/s at 50 ms. */
const socketBufferMax = 32 * 1024 * 1024;

/** Why this machine cannot have a long link; undefined when it can. */
export function noLongLink(): string | undefined {
  if (missing(["root", "netns"]).length > 0) return "no root or no network namespaces";
  if (!existsSync("/dev/net/tun")) return "no /dev/net/tun";
  if (spawnSync("perl", ["-MTime::HiRes", "-e", "1"]).status !== 0) return "no perl";
  return undefined;
}

/** @param delayMs of one direction */
export async function makeLongLink(delayMs: number): Promise<LongLink> {
  const id = randomBytes(3).toString("hex");
  const ends = [
    { name: `sp-near-${id}`, device: `spn${id}`, address: nearAddress, peer: farAddress },
    { name: `sp-far-${id}`, device: `spf${id}`, address: farAddress, peer: nearAddress },
  ] as const;
  const script = fileURLToPath(new URL("./long-link.pl", import.meta.url));
  const cable = startProgram("perl", [script, String(delayMs), ...ends.map(({ device }) => device)]);
  const dispose = async (): Promise<void> => {
    await cable.stop(); // the devices go with it
    for (const { name } of ends) spawnSync("ip", ["netns", "delete", name]);
  };
  try {
    await cable.waitForLog(/plugged in/);
    for (const { name, device, address, peer } of ends) {
      ip("netns", "add", name);
      ip("link", "set", device, "netns", name);
      ip("-n", name, "link", "set", "lo", "up");
      ip("-n", name, "address", "add", address, "peer", peer, "dev", device);
      ip("-n", name, "link", "set", device, "txqueuelen", "100000", "up");
      for (const way of ["rmem", "wmem"]) {
        const setting = `net.ipv4.tcp_${way}=4096 131072 ${socketBufferMax}`;
        ip("netns", "exec", name, "sysctl", "-q", "-w", setting);
      }
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { near: ends[0].name, far: ends[1].name, farAddress, [Symbol.asyncDispose]: dispose };
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}
