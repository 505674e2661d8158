// S09 to S13: packet filters and NAT, and what they know of FTP.
import type { Scenario } from "../scenario.ts";
import { failsWith, get, run, trusting, works } from "./sessions.ts";
import {
  clientNatTopology,
  filteredTopology,
  helperNatTopology,
  privateClientAddress,
  serverNatAddress,
  serverNatTopology,
} from "./topologies.ts";

export const s09: Scenario = {
  number: "S09",
  name: "client-firewall-active",
  title: "a packet filter before the client, active mode",
  seen: "A long silence, then 425 with Connection timed out.",
  why: "The server has to connect to the client, and the filter drops unsolicited incoming connections.",
  answer:
    "Through SSH, no incoming connection is needed. Without SSH, our client tries passive mode first, which needs none either.",
  topology: filteredTopology,
  // Any server; vsftpd waits connect_timeout (60 s).
  plain: { ...run({}, get("PORT")), expected: failsWith(425) },
  sallyport: { ...run({}, { sallyport: {}, ...get("PORT") }), expected: works },
};

// S10: a NAT before the client, active mode.
export const s10: Scenario = {
  number: "S10",
  name: "client-nat-active",
  title: "a NAT before the client, active mode",
  seen: "500 Illegal PORT command, or silence and 425; at worst, somebody else's machine gets the connection.",
  why: "PORT names the client's private address. On the server's network that address cannot be reached, or belongs to another machine.",
  answer: "As in S09. For a NAT that forwards ports the library can name the outer address (activeAddress).",
  topology: clientNatTopology,
  // vsftpd with port_promiscuous=YES; as it comes it answers 500 Illegal PORT command.
  plain: { ...run({ server: trusting }, get("PORT")), expected: failsWith(425) },
  sallyport: { ...run({}, { sallyport: {}, ...get("PORT") }), expected: works },
};

// S11: a NAT that helps FTP.
/** The client reaches the forward at its own address, so its PORT names that, as without ssh. */
const inside = { host: privateClientAddress, port: 2001 };

export const s11: Scenario = {
  number: "S11",
  name: "nat-helper-blind",
  title: "a NAT that helps FTP",
  seen: "Active FTP works without ssh, and fails through it.",
  why: "The NAT reads the control connection and rewrites PORT (nf_nat_ftp on Linux). Inside SSH or TLS it cannot read anything.",
  answer: "No help from the NAT is needed: everything travels in one SSH connection.",
  topology: helperNatTopology,
  // vsftpd with port_promiscuous=YES; the very PORT that the helper rewrites outside of ssh stays as it is inside.
  plain: {
    ...run(
      { server: trusting },
      { name: "without-ssh", ...get("PORT") },
      { name: "through-ssh", ssh: { local: ["192.168.1.2:2001:203.0.113.3:21"] }, at: inside, ...get("PORT") },
    ),
    expected: failsWith(425, true),
  },
  sallyport: { ...run({}, { sallyport: {}, ...get("PORT") }), expected: works },
};

// S12: a NAT before the server, passive mode.
export const s12: Scenario = {
  number: "S12",
  name: "server-nat-passive",
  title: "a NAT before the server, passive mode",
  seen: "The client tries to connect to 10.x, 172.16.x or 192.168.x, the address in the 227 reply, until it times out.",
  why: "The server knows only its internal address, so passive mode works only for clients on its own network.",
  answer:
    "The address in the 227 reply is ignored: data goes to the same host as the control connection. The NAT has to forward the server's passive ports, unless SSH leads to a host behind it.",
  topology: serverNatTopology(),
  // vsftpd and ProFTPD without pasv_address or MasqueradeAddress.
  plain: {
    ...run({ address: serverNatAddress }, get("PASV")),
    expected: { works: false, reply: 0, system: "ENETUNREACH", dataBesideSsh: false },
  },
  sallyport: { ...run({ address: serverNatAddress }, { sallyport: {}, ...get("PASV") }), expected: works },
};

// S13: a server that names an outer address.
const passivePorts = { first: 50_000, last: 50_009 };
const setting = {
  address: serverNatAddress,
  /** wu-ftpd: `passive address 203.0.113.2 0.0.0.0/0`. */
  server: { passiveAddress: { address: serverNatAddress, network: "0.0.0.0/0" }, passivePorts },
};

export const s13: Scenario = {
  number: "S13",
  name: "passive-address",
  title: "a server that names an outer address",
  seen: "Passive mode works from outside, but through a tunnel the 227 reply names the external address, which may be unreachable from inside.",
  why: "The server chooses the address in 227 by where the control connection comes from. Through SSH, it comes from an internal host.",
  answer: "Tunnel and client use the control connection's host, so the address in 227 does not matter.",
  topology: serverNatTopology(passivePorts),
  // vsftpd with pasv_address, pasv_min_port and pasv_max_port: it listens for data where control came to, at 127.0.0.1, and
  // names its outer address.
  plain: {
    ...run(
      setting,
      { name: "without-ssh", ...get("PASV") },
      { name: "through-ssh", ssh: { local: ["2001:localhost:21"] }, ...get("PASV") },
    ),
    expected: { works: false, reply: 0, system: "ECONNREFUSED", dataBesideSsh: true },
  },
  sallyport: { ...run(setting, { sallyport: {}, ...get("PASV") }), expected: works },
};
