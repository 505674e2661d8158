// Hand-made scenarios with evidence, for the figures' own tests.
import type { Evidence, LabEvent } from "../../../src/lab/evidence.ts";
import type { ShownScenario } from "../../../src/lab/figures/page/shown.ts";
import type { Topology } from "../../../src/lab/topology.ts";

type Connection = Extract<LabEvent, { type: "connection" }>;

export function evidenceOf(...events: LabEvent[]): Evidence {
  return { events, outcome: { works: false, reply: 425, dataBesideSsh: false } };
}

let now = 0;
const later = (ms = 2): number => {
  now += ms;
  return now;
};

/** `client:40000 > server:10.0.0.3:21` */
export function connection(
  role: Connection["role"],
  from: string,
  to: string,
  more: Partial<Connection> = {},
): Connection {
  const [fromHost = "", ...fromEnd] = from.split(" ");
  const [toHost = "", ...toEnd] = to.split(" ");
  return {
    type: "connection",
    atMs: later(),
    role,
    result: "made",
    clear: false,
    fromHost,
    toHost,
    from: fromEnd.join(""),
    to: toEnd.join(""),
    ...more,
  };
}

export function line(host: string, party: string, from: "client" | "server", text: string, ms = 2): LabEvent {
  return { type: "line", atMs: later(ms), host, party, from, text };
}

/** One line that both ends see. */
export const both = (from: "client" | "server", text: string): LabEvent[] => {
  const ends = [line("client", "client", from, text), line("server", "ftp-server", from, text)];
  return from === "client" ? ends : ends.reverse();
};

export const natTopology: Topology = {
  wires: [
    { name: "home", title: "the client's network" },
    { name: "net", title: "the internet" },
  ],
  hosts: [
    { name: "client", attached: { home: "192.168.1.2/24" }, gateway: "192.168.1.1" },
    { name: "server", attached: { net: "10.0.0.3/24" } },
  ],
  routers: [
    {
      name: "nat",
      title: "masquerading NAT",
      attached: { home: "192.168.1.1/24", net: "10.0.0.1/24" },
      masquerade: "net",
      keepsOut: "net",
    },
  ],
};

export const branchTopology: Topology = {
  wires: [
    { name: "net", title: "the network between" },
    { name: "left", title: "its own network" },
    { name: "right", title: "another one" },
  ],
  hosts: [
    { name: "client", attached: { net: "10.0.0.2/24" } },
    { name: "ssh-host", attached: { net: "10.0.0.3/24", left: "10.1.0.1/24", right: "10.2.0.1/24" } },
    { name: "server-a", attached: { left: "10.1.0.2/24" }, gateway: "10.1.0.1" },
    { name: "server-b", attached: { right: "10.2.0.2/24" }, gateway: "10.2.0.1" },
  ],
  routers: [],
};

const login: LabEvent[] = [
  ...both("server", "220 (vsFTPd 3.0.3)"),
  ...both("client", "USER anonymous"),
  ...both("server", "331 Please specify the password."),
  ...both("client", "PASS XXXX"),
  ...both("server", "230 Login successful."),
];

/** Active mode from behind a NAT, with the control connection in SSH. */
export const natPlain: Evidence = evidenceOf(
  { type: "note", atMs: later(), host: "client", text: "ssh -N -L 2001:server:21 server" },
  connection("ssh", "client 192.168.1.2:40000", "server 10.0.0.3:22"),
  connection("control", "client 127.0.0.1:40002", "client 127.0.0.1:2001"),
  connection("forwarded", "server 10.0.0.3:40100", "server 10.0.0.3:21", { carries: "control" }),
  ...login,
  ...both("client", "PORT 192,168,1,2,195,80"),
  ...both("server", "200 PORT command successful."),
  ...both("client", "RETR /file"),
  connection("data", "server 10.0.0.3:20", "client 192.168.1.2:50000", {
    result: "dropped",
    stoppedAt: "nat",
    clear: true,
  }),
  { type: "call", atMs: later(127000), host: "server", call: "connect 192.168.1.2:50000", error: "ETIMEDOUT" },
  ...both("server", "425 Failed to establish connection."),
  {
    type: "netstat",
    atMs: later(),
    host: "server",
    rows: [{ local: "10.0.0.3:22", remote: "10.0.0.1:40000", state: "ESTABLISHED" }],
  },
);

export const natSallyport: Evidence = {
  outcome: { works: true, reply: 226, dataBesideSsh: false },
  events: [
    connection("ssh", "client 192.168.1.2:40000", "server 10.0.0.3:22"),
    connection("control", "client 127.0.0.1:40002", "client 127.0.0.1:2001"),
    connection("forwarded", "server 10.0.0.3:40100", "server 10.0.0.3:21", { carries: "control" }),
    ...login,
    line("client", "client", "client", "PORT 127,0,0,1,195,80"),
    line("client", "client", "server", "200 PORT command successful."),
    line("server", "ftp-server", "client", "EPSV"),
    line("server", "ftp-server", "server", "229 Entering Extended Passive Mode (|||50123|)"),
    ...both("client", "RETR /file"),
    connection("forwarded", "server 10.0.0.3:40102", "server 10.0.0.3:50123", { carries: "data" }),
    connection("data", "client 127.0.0.1:40010", "client 127.0.0.1:50000"),
    ...both("server", "150 Opening BINARY mode data connection for /file (1000 bytes)."),
    ...both("server", "226 Transfer complete."),
  ],
};

export const branchPlain: Evidence = evidenceOf(
  connection("ssh", "client 10.0.0.2:40000", "ssh-host 10.0.0.3:22"),
  connection("control", "client 127.0.0.1:40002", "client 127.0.0.1:2001"),
  connection("forwarded", "ssh-host 10.1.0.1:40100", "server-a 10.1.0.2:21", { carries: "control" }),
  connection("control", "client 127.0.0.1:40003", "client 127.0.0.1:2002"),
  connection("forwarded", "ssh-host 10.2.0.1:40101", "server-b 10.2.0.2:21", { carries: "control" }),
  connection("data", "server-a 10.1.0.2:20", "server-b 10.2.0.2:50001", { result: "dropped", stoppedAt: "ssh-host" }),
  connection("data", "server-b 10.2.0.2:20", "server-b 127.0.0.1:50001", { result: "refused" }),
  connection("data", "server-a 127.0.0.1:20", "client 10.0.0.2:50001", { result: "failed" }),
  connection("data", "client 10.0.0.2:40005", "ssh-host 10.0.0.3:50001", { clear: true }),
);

export function shown(number: string, topology: Topology, plain: Evidence, sallyport: Evidence): ShownScenario {
  return {
    number,
    name: "sample",
    title: `Sample of ${number}`,
    seen: "What one sees.",
    why: "Why it is so.",
    answer: "What Sallyport does about it.",
    topology,
    plain: { typed: ["client$ ssh -N -L 2001:server:21 me@server", "client$ ftp localhost 2001"], evidence: plain },
    sallyport: { typed: ["client$ sallyport -L 2001:server:21 me@server"], evidence: sallyport },
    cases: [],
  };
}
