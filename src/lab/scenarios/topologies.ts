// Hosts, wires and routers that several scenarios share.
import type { HostPlan, RouterPlan, Topology, WirePlan } from "../topology.ts";

/** Where the client has an address that all may reach. */
export const clientAddress = "198.51.100.2";
/** Behind a NAT. */
export const privateClientAddress = "192.168.1.2";
export const serverAddress = "203.0.113.3";
/** The server's own, behind a NAT; and the NAT's outside. */
export const privateServerAddress = "10.0.0.3";
export const serverNatAddress = "203.0.113.2";

const wires = (client: string, server: string): readonly WirePlan[] => [
  { name: "near", title: client },
  { name: "far", title: server, latencyMs: 10 },
];

const server: HostPlan = {
  name: "server",
  attached: { far: `${serverAddress}/24` },
  gateway: "203.0.113.1",
};

const client: HostPlan = {
  name: "client",
  attached: { near: `${clientAddress}/24` },
  gateway: "198.51.100.1",
};

const stranger: HostPlan = {
  name: "stranger",
  title: "somebody else",
  attached: { near: "198.51.100.66/24" },
  gateway: "198.51.100.1",
};

const internet: RouterPlan = {
  name: "internet",
  title: "routers of the Internet",
  attached: { near: "198.51.100.1/24", far: "203.0.113.1/24" },
};

const publicWires = wires("the client's network", "the server's network");

/** Nothing between client and server but a router. */
export const openTopology: Topology = { wires: publicWires, hosts: [client, server], routers: [internet] };

/** Somebody else is in the client's network. */
export const sharedTopology: Topology = { wires: publicWires, hosts: [client, stranger, server], routers: [internet] };

/** A packet filter before the client: nothing comes in that was not asked for. */
export const filteredTopology: Topology = {
  wires: publicWires,
  hosts: [client, server],
  routers: [{ ...internet, name: "firewall", title: "packet filter", keepsOut: "far" }],
};

const natTopology = (ftpHelper: boolean): Topology => ({
  wires: wires("the client's private network", "the server's network"),
  hosts: [
    { ...client, attached: { near: `${privateClientAddress}/24` }, gateway: "192.168.1.1" },
    { ...server, gateway: "203.0.113.254" },
  ],
  routers: [
    {
      name: "nat",
      title: ftpHelper ? "NAT with FTP helper" : "NAT",
      attached: { near: "192.168.1.1/24", far: "203.0.113.1/24" },
      masquerade: "far",
      ftpHelper,
    },
    // The way out of the server's network, where nobody knows private addresses.
    { name: "provider", title: "provider", attached: { far: "203.0.113.254/24" } },
  ],
});

/** A NAT before the client. */
export const clientNatTopology: Topology = natTopology(false);

/** The same with nf_conntrack_ftp and nf_nat_ftp. */
export const helperNatTopology: Topology = natTopology(true);

/** A NAT before the server, which forwards the ports of FTP, SSH and, if asked to, passive data. */
export function serverNatTopology(passive?: { readonly first: number; readonly last: number }): Topology {
  const forwarded = [{ first: 21, last: 22 }, ...(passive === undefined ? [] : [passive])];
  return {
    wires: [
      { name: "near", title: "the Internet" },
      { name: "inside", title: "the server's private network", latencyMs: 10 },
    ],
    hosts: [
      { ...client, attached: { near: "203.0.113.10/24" }, gateway: "203.0.113.1" },
      { ...server, attached: { inside: `${privateServerAddress}/24` }, gateway: "10.0.0.1" },
    ],
    routers: [
      {
        name: "nat",
        title: "NAT of the server",
        attached: { near: `${serverNatAddress}/24`, inside: "10.0.0.1/24" },
        masquerade: "near",
        forwards: forwarded.map((ports) => ({
          wire: "near",
          ports,
          to: { host: privateServerAddress, port: ports.first },
        })),
      },
      { name: "provider", title: "provider", attached: { near: "203.0.113.1/24" } },
    ],
  };
}

export const serverA = "10.1.0.2";
export const serverB = "10.2.0.2";
export const sshHostAddress = "203.0.113.3";

/** Two FTP servers that cannot reach each other, and an SSH host that can reach both. */
export const twoServersTopology: Topology = {
  wires: [
    { name: "near", title: "the client's network" },
    { name: "far", title: "the Internet", latencyMs: 10 },
    { name: "a", title: "network of server a" },
    { name: "b", title: "network of server b" },
  ],
  hosts: [
    client,
    {
      name: "ssh-host",
      attached: { far: `${sshHostAddress}/24`, a: "10.1.0.1/24", b: "10.2.0.1/24" },
      gateway: "203.0.113.1",
    },
    { name: "a", attached: { a: `${serverA}/24` }, gateway: "10.1.0.254" },
    { name: "b", attached: { b: `${serverB}/24` }, gateway: "10.2.0.254" },
  ],
  routers: [
    { ...internet, gateway: "203.0.113.4" },
    {
      name: "office",
      title: "packet filter: no way between a and b",
      attached: { far: "203.0.113.4/24", a: "10.1.0.254/24", b: "10.2.0.254/24" },
      gateway: "203.0.113.1",
    },
  ],
};
