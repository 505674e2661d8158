// S01 to S08: ssh forwards the control connection, and what becomes of the data.
import type { Scenario } from "../scenario.ts";
import type { LabClient, TransferResult } from "../stage.ts";
import { failsWith, get, run, trusting, works, worksInTheClear } from "./sessions.ts";
import { clientAddress, openTopology, sharedTopology } from "./topologies.ts";

/** A directory that is there and one that is not, a listing, a download. */
async function session(user: LabClient): Promise<TransferResult> {
  await user.ask("CWD /pub");
  await user.ask("CWD /nowhere");
  await user.ask("CWD /");
  const listing = await user.list("PASV");
  const file = listing.works ? await user.get("PASV") : listing;
  await user.quit();
  return file;
}

export const s01: Scenario = {
  number: "S01",
  name: "plain-session",
  title: "a plain session",
  seen: "Login, cd, a listing, a download: with -d a client shows USER, 331, PASS, 230, CWD, 250, and 550 for a directory that is not there.",
  why: "Client and server talk directly, so everything works. All other scenarios are compared with this one.",
  answer:
    "The dialogue is the same through the tunnel, with the server's own words; sallyport ftp -d shows it in the same form.",
  topology: openTopology,
  // Any server shows it.
  plain: { ...run({}, { option: "-d", transfer: session }), expected: worksInTheClear },
  sallyport: { ...run({}, { sallyport: {}, option: "-d", transfer: session }), expected: works },
};

// S02: only the control connection is forwarded.
export const s02: Scenario = {
  number: "S02",
  name: "control-only",
  title: "only the control connection is forwarded",
  seen: "With ssh -L 2001:server:21 the login works, then the first listing hangs, fails, or goes past ssh in the clear.",
  why: "FTP opens a separate TCP connection for every listing and file, on ports that are negotiated over the control connection. ssh forwards only the one port that it was given.",
  answer: "The tunnel reads the conversation and carries every data connection through the same SSH connection.",
  topology: openTopology,
  // vsftpd with pasv_promiscuous=YES: the data connection is made, past ssh.
  plain: {
    ...run({ server: trusting }, { ssh: { local: ["2001:203.0.113.3:21"] }, ...get("PASV") }),
    expected: worksInTheClear,
  },
  sallyport: { ...run({}, { sallyport: {}, ...get("PASV") }), expected: works },
};

// S03: a forward to localhost, active mode.
/** The client reaches the forward at its real address, so its PORT names that. */
const at = { host: clientAddress, port: 2001 };

export const s03: Scenario = {
  number: "S03",
  name: "loopback-target-active",
  title: "a forward to localhost, active mode",
  seen: "425 Can't build data connection: Cannot assign requested address, or Connection refused.",
  why: "The server was reached at 127.0.0.1, so it connects back from that address. No other host can be reached from a loopback address, and the server takes itself for the client.",
  answer: "The server is asked for passive mode instead, and Sallyport connects to the client.",
  topology: openTopology,
  // vsftpd with port_promiscuous=YES: it binds the data socket to the address at which it was reached, 127.0.0.1:20.
  plain: {
    ...run({ server: trusting }, { ssh: { local: ["198.51.100.2:2001:localhost:21"] }, at, ...get("PORT") }),
    expected: failsWith(425),
  },
  sallyport: {
    ...run({}, { sallyport: { isForAll: true, local: ["198.51.100.2:2001:localhost:21"] }, at, ...get("PORT") }),
    expected: works,
  },
};

// S04: a forward to localhost, passive mode.
export const s04: Scenario = {
  number: "S04",
  name: "loopback-target-passive",
  title: "a forward to localhost, passive mode",
  seen: "The client reports Connection refused after 227 or 229.",
  why: "The server names a port on 127.0.0.1, or on the host that the client takes for the server. Either way that is the client's own machine, where nothing listens on it.",
  answer: "227 and 229 name one of Sallyport's own ports, at the address that the client used to reach it.",
  topology: openTopology,
  // vsftpd and ProFTPD as they come.
  plain: {
    ...run({}, { ssh: { local: ["2001:localhost:21"] }, ...get("PASV") }),
    expected: { works: false, reply: 0, system: "ECONNREFUSED", dataBesideSsh: false },
  },
  sallyport: { ...run({}, { sallyport: {}, ...get("PASV", "EPSV") }), expected: works },
};

// S05: a client at localhost, active mode.
export const s05: Scenario = {
  number: "S05",
  name: "loopback-client-active",
  title: "a client at localhost, active mode",
  seen: "500 Illegal PORT command, or 425 with Connection refused.",
  why: "The client reached the forward at 127.0.0.1, so its PORT names 127.0.0.1. To the server, that address is the server itself.",
  answer: "PORT stops at Sallyport, which connects to the client from this side.",
  topology: openTopology,
  // vsftpd with port_promiscuous=YES; as it comes it shows S07.
  plain: {
    ...run({ server: trusting }, { ssh: { local: ["2001:203.0.113.3:21"] }, ...get("PORT") }),
    expected: failsWith(425),
  },
  sallyport: { ...run({}, { sallyport: {}, ...get("PORT", "EPRT") }), expected: works },
};

// S06: a forward that is open to the network (-g).
export const s06: Scenario = {
  number: "S06",
  name: "gateway-ports",
  title: "a forward that is open to the network (-g)",
  seen: "Active mode may start to work, but the data travels unencrypted outside the tunnel, and anybody can use the open port.",
  why: "With -g the client can use the host's real address, so PORT names one that the server can reach directly, without ssh.",
  answer:
    "Everything listens on the loopback address only. With -g control and data listen on the network, as you asked; Sallyport warns, and data still goes through SSH.",
  topology: sharedTopology,
  // vsftpd with port_promiscuous=YES; as it comes it shows S07.
  plain: {
    ...run(
      { server: trusting },
      { ssh: { local: ["2001:203.0.113.3:21"], isForAll: true }, from: "stranger", name: "stranger", at },
      { at, ...get("PORT") },
    ),
    expected: worksInTheClear,
  },
  sallyport: {
    ...run(
      {},
      { sallyport: { local: ["2001:203.0.113.3:21"] }, from: "stranger", name: "stranger", at, isRefused: true },
      { sallyport: { local: ["2002:203.0.113.3:21"], isForAll: true }, at: { ...at, port: 2002 }, ...get("PORT") },
    ),
    expected: works,
  },
};

// S07: the server compares the address in PORT.
export const s07: Scenario = {
  number: "S07",
  name: "illegal-port",
  title: "the server compares the address in PORT",
  seen: "500 Illegal PORT command, 500 Illegal EPRT command.",
  why: "To prevent bounce attacks, servers connect only to the host that the control connection comes from. Behind a forward, a proxy or a NAT, that is not the address that the client names.",
  answer: "The server never sees the client's PORT. Our own client uses passive mode first.",
  topology: openTopology,
  // vsftpd and ProFTPD as they come.
  plain: { ...run({}, { ssh: { local: ["2001:203.0.113.3:21"] }, ...get("PORT") }), expected: failsWith(500) },
  sallyport: { ...run({}, { sallyport: {}, ...get("PORT", "EPRT") }), expected: works },
};

// S08: the server compares who comes for the data.
export const s08: Scenario = {
  number: "S08",
  name: "pasv-port-theft",
  title: "the server compares who comes for the data",
  seen: "425 Security: Bad IP connecting, or 425 Possible PASV port theft.",
  why: "The control connection comes from the SSH host, but the data connection comes straight from the client. A server that compares them suspects port stealing.",
  answer: "Both connections come from the SSH host. Sallyport's own listeners check who connects just as strictly.",
  topology: openTopology,
  // vsftpd and ProFTPD as they come: TCP connects, and then they look who it is.
  plain: { ...run({}, { ssh: { local: ["2001:203.0.113.3:21"] }, ...get("PASV") }), expected: failsWith(425, true) },
  sallyport: { ...run({}, { sallyport: { local: ["2001:203.0.113.3:21"] }, ...get("PASV", "EPSV") }), expected: works },
};
