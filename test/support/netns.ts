// Two hosts on one machine: network namespaces joined by a cable (veth), with a real packet filter (nftables). Needs root.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";

/** One end. Programs run there by the option `netns: name` of the other rigs. */
export interface Host {
  readonly name: string;
  readonly address: string;
}

export interface HostPair extends AsyncDisposable {
  readonly client: Host;
  readonly server: Host;
  /**
   * From now on only TCP from the client to this port of the server crosses the cable, and what belongs to it; all else is
   * dropped and counted, in both directions.
   */
  admitOnly(port: number): void;
  /** Packets since {@link admitOnly}: of the admitted port, and others (all dropped). */
  packets(): { readonly admitted: number; readonly others: number };
  /** Runs a command at one end and returns its standard output. */
  run(host: Host, command: string, ...args: string[]): string;
  /** Ends both; every program there must have ended before. Idempotent. */
  remove(): void;
}

/** A command that runs the command there. `ip netns exec` would mount /sys anew for each, which takes ten times as long. */
export function inNetns(name: string, command: readonly string[]): [string, ...string[]] {
  return ["nsenter", `--net=/run/netns/${name}`, "--", ...command];
}

/** IPv4 only, so that no neighbour discovery is among the packets. */
export function makeHostPair(): HostPair {
  const id = randomBytes(3).toString("hex");
  const client: Host = { name: `sp-client-${id}`, address: "10.77.1.1" };
  const server: Host = { name: `sp-server-${id}`, address: "10.77.1.2" };
  const run = (host: Host, command: string, ...args: string[]): string =>
    inNamespace(host, undefined, command, ...args);
  let removed = false;
  const remove = (): void => {
    if (removed) return;
    removed = true;
    for (const { name } of [client, server]) ip("netns", "delete", name);
  };
  for (const { name } of [client, server]) ip("netns", "add", name);
  ip("link", "add", "wire", "netns", client.name, "type", "veth", "peer", "name", "wire", "netns", server.name);
  for (const host of [client, server]) {
    run(host, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1");
    run(host, "ip", "link", "set", "lo", "up");
    run(host, "ip", "address", "add", `${host.address}/24`, "dev", "wire");
    run(host, "ip", "link", "set", "wire", "up");
  }
  return {
    client,
    server,
    run,
    remove,
    admitOnly: (port) => void inNamespace(server, filterRules(port), "nft", "-f", "-"),
    packets: () => ({ admitted: counter(server, "admitted"), others: counter(server, "others") }),
    [Symbol.asyncDispose]: async () => remove(),
  };
}

function filterRules(port: number): string {
  return `
    table inet cable {
      counter admitted {}
      counter others {}
      chain arriving {
        type filter hook input priority 0; policy accept
        iif "lo" accept
        tcp dport ${port} counter name admitted accept
        counter name others drop
      }
      chain leaving {
        type filter hook output priority 0; policy accept
        oif "lo" accept
        tcp sport ${port} counter name admitted accept
        counter name others drop
      }
    }
  `;
}

function counter(host: Host, name: string): number {
  const text = inNamespace(host, undefined, "nft", "list", "counter", "inet", "cable", name);
  return Number(/packets (\d+)/.exec(text)?.[1]);
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function inNamespace(host: Host, input: string | undefined, command: string, ...args: string[]): string {
  const [file, ...rest] = inNetns(host.name, [command, ...args]);
  return execFileSync(file, rest, {
    encoding: "utf8",
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
  });
}
