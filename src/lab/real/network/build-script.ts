// The shell script that makes namespaces, cables, addresses and routes. Run beside all hosts.
import { packetRules } from "./packet-rules.ts";
import { deviceOf, type NetworkPlan, wiresNamespace } from "./plan.ts";

/** Below net, with slashes: `ipv4/tcp_timestamps`. */
export type KernelSettings = Readonly<Record<string, number | string>>;

/**
 * Short waits, so that a scenario of dropped packets takes seconds: one more SYN after a second, then ETIMEDOUT. Small
 * buffers, so that `/big` need not be very big. No IPv6: no neighbour discovery among the packets.
 */
const settings: KernelSettings = {
  "ipv4/tcp_syn_retries": 1,
  "ipv4/tcp_retries2": 4,
  "ipv4/tcp_rmem": "4096 65536 262144",
  "ipv4/tcp_wmem": "4096 65536 262144",
  // vsftpd that connects anywhere (port_promiscuous) binds its port 20 without privileges.
  "ipv4/ip_unprivileged_port_start": 20,
  "ipv6/conf/all/disable_ipv6": 1,
  "ipv6/conf/default/disable_ipv6": 1,
};

/** `more`: settings of every host and router beside our own. */
export function buildScript(plan: NetworkPlan, more: KernelSettings = {}): string {
  const { topology } = plan;
  const spaces = [wiresNamespace, ...plan.nodes];
  const routers = topology.routers.map(({ name }) => name);
  return [
    "set -e",
    ...batch("", [...spaces.map((name) => `netns add ${name}`)]),
    ...spaces.map((name) => setUp(name, { ...settings, ...more, ...(routers.includes(name) ? forwarding : {}) })),
    ...batch(`-n ${wiresNamespace}`, wireCommands(plan)),
    ...plan.nodes.flatMap((node) => batch(`-n ${node}`, nodeCommands(plan, node))),
    ...topology.routers.map((router) =>
      heredoc(`nsenter --net=/run/netns/${router.name} nft -f -`, packetRules(topology, router)),
    ),
    "",
  ].join("\n");
}

const forwarding: KernelSettings = { "ipv4/ip_forward": 1 };

function setUp(name: string, all: KernelSettings): string {
  const writes = Object.entries(all).map(
    ([key, value]) => `[ ! -e /proc/sys/net/${key} ] || echo "${value}" >/proc/sys/net/${key}`,
  );
  return `nsenter --net=/run/netns/${name} /bin/sh -c '${writes.join("; ")}; ip link set lo up'`;
}

function wireCommands({ topology, attachments }: NetworkPlan): string[] {
  return [
    ...topology.wires.map(({ name }) => `link add ${deviceOf(topology, name)} type bridge mcast_snooping 0`),
    ...topology.wires.map(({ name }) => `link set ${deviceOf(topology, name)} up`),
    ...attachments.flatMap(({ node, port, portIndex, device }) => [
      `link add ${port} index ${portIndex} type veth peer name ${device} netns ${node}`,
      `link set ${port} master ${device} up`,
    ]),
  ];
}

function nodeCommands({ topology, attachments }: NetworkPlan, node: string): string[] {
  const { gateway } = [...topology.hosts, ...topology.routers].find(({ name }) => name === node) ?? {};
  return [
    ...attachments
      .filter((one) => one.node === node)
      .flatMap(({ address, prefix, device }) => [
        `address add ${address}/${prefix} dev ${device}`,
        `link set ${device} up`,
      ]),
    ...(gateway === undefined ? [] : [`route add default via ${gateway}`]),
  ];
}

function batch(options: string, commands: readonly string[]): string[] {
  return commands.length === 0 ? [] : [heredoc(`ip ${options} -batch -`, commands.join("\n"))];
}

function heredoc(command: string, text: string): string {
  return `${command} <<'END'\n${text}\nEND`;
}
