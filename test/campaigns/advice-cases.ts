// All settings: those of the FTP servers, of sshd, and of a packet filter.
import { type AdviceCase, active, dropped, passive, serverAddress } from "./advice-case.ts";
import { proftpdAdvice, pureFtpdAdvice } from "./advice-proftpd.ts";
import { vsftpdAdvice } from "./advice-vsftpd.ts";

const sshdCases: readonly Omit<AdviceCase, "at">[] = [
  { id: "D24", fault: ["AllowUsers nobody"], advised: [/AllowUsers/], line: (text) => `${text} root` },
  { id: "D24", fault: ["AllowGroups nogroup"], advised: [/AllowGroups/], line: (text) => `${text} root` },
  { id: "D24", fault: ["PubkeyAuthentication no"], advised: [/PubkeyAuthentication/], line: (text) => `${text} yes` },
  { id: "D26", fault: ["AllowTcpForwarding no"], advised: [/AllowTcpForwarding yes/] },
  {
    id: "D26",
    fault: ["AllowTcpForwarding no"],
    advised: [/\(local/],
    line: (text) => text.replace("(", "AllowTcpForwarding "),
    words: passive,
  },
  { id: "D26", fault: ["DisableForwarding yes"], advised: [/no DisableForwarding/], removes: true },
  {
    id: "D26",
    fault: ["PermitOpen 127.0.0.1:9"],
    advised: [/PermitOpen FTP-HOST:\*/],
    fill: (text) => text.replace("FTP-HOST", "127.0.0.1"),
  },
  { id: "D28", fault: ["AllowTcpForwarding local"], advised: [/AllowTcpForwarding yes/] },
  { id: "D28", fault: ["PermitListen none"], advised: [/PermitListen [\w.]+:\*/] },
  { id: "D30", fault: ["GatewayPorts no"], advised: [/GatewayPorts clientspecified/], world: "server elsewhere" },
  {
    id: "D40",
    fault: ["ChannelTimeout direct-tcpip=2s"],
    advised: [/ChannelTimeout/],
    removes: true,
    words: [...passive, "--idle", "6"],
  },
  { id: "D53", fault: ["GatewayPorts yes"], advised: [/GatewayPorts no/] },
  { id: "D53", fault: ["GatewayPorts yes"], advised: [/clientspecified/], line: (text) => `GatewayPorts ${text}` },
  { id: "D54", fault: ["MaxSessions 0"], advised: [/MaxSessions \d+/] },
];
const sshdAdvice = sshdCases.map((one): AdviceCase => ({ at: "sshd_config", world: "ssh", ...one }));

const others: readonly AdviceCase[] = [
  {
    id: "D26",
    at: "server",
    fault: ["restrict"],
    advised: [/restrict,port-forwarding/],
    world: "ssh",
    keyOptions: "restrict",
  },
  {
    id: "D15",
    at: "nftables",
    fault: [],
    planted: "a filter that admits the control port only",
    advised: [/nft add rule .* accept/],
    filter: [...dropped, "add rule inet filter input tcp dport PORT accept"],
    options: { passivePorts: { first: 50_000, last: 50_100 } },
    world: "hosts",
    words: passive,
  },
  {
    id: "D09",
    at: "nftables",
    fault: [],
    planted: "a filter at the client that admits nothing that comes in",
    advised: [/nft add rule .* accept/],
    fill: (text) => text.replace("FTP-SERVER", serverAddress),
    filter: dropped,
    filterAt: "client",
    world: "hosts",
    words: active,
  },
  {
    id: "D33",
    at: "nftables",
    fault: [],
    planted: "a filter that admits nothing",
    advised: [/nft add rule .* accept/],
    filter: dropped,
    options: { port: 21 },
    world: "hosts",
    words: active,
  },
];

export const adviceCases: readonly AdviceCase[] = [
  ...vsftpdAdvice,
  ...proftpdAdvice,
  ...pureFtpdAdvice,
  ...sshdAdvice,
  ...others,
];
