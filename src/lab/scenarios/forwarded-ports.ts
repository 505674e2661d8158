// S01 to S08: ssh forwards the control connection, and what becomes of the data.

import { SallyportError } from "../../protocol/error.ts";
import type { Scenario } from "../scenario.ts";
import type { LabClient, TransferResult } from "../stage.ts";
import {
  failsWith,
  forwarded,
  isRefused,
  throughSallyport,
  throughSsh,
  trusting,
  works,
  worksInTheClear,
} from "./steps.ts";
import { clientAddress, openTopology, serverAddress, sharedTopology } from "./topologies.ts";

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
  plain: {
    typed: ["client$ ftp -d 203.0.113.3"],
    script: async (stage) => {
      await stage.ftpServer("server");
      return session(await stage.ftpClient("client", { host: serverAddress, port: 21 }));
    },
    expected: worksInTheClear,
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp -d localhost 2001"],
    script: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
      return session(await stage.ftpClient("client", forwarded));
    },
    expected: works,
  },
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
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PASV", local: "2001:203.0.113.3:21", server: trusting }),
    expected: worksInTheClear,
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV"] }),
    expected: works,
  },
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
    typed: ["client$ ssh -N -L 198.51.100.2:2001:localhost:21 user@203.0.113.3", "client$ ftp 198.51.100.2 2001"],
    script: throughSsh({ mode: "PORT", local: "198.51.100.2:2001:localhost:21", at, server: trusting }),
    expected: failsWith(425),
  },
  sallyport: {
    typed: ["client$ sallyport -g -L 198.51.100.2:2001:localhost:21 user@203.0.113.3", "client$ ftp 198.51.100.2 2001"],
    script: throughSallyport({ modes: ["PORT"], forward: "198.51.100.2:2001:localhost:21", at, isForAll: true }),
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
    typed: ["client$ ssh -N -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PASV", local: "2001:localhost:21" }),
    expected: { works: false, reply: 0, system: "ECONNREFUSED", dataBesideSsh: false },
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV", "EPSV"] }),
    expected: works,
  },
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
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PORT", local: "2001:203.0.113.3:21", server: trusting }),
    expected: failsWith(425),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PORT", "EPRT"] }),
    expected: works,
  },
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
    typed: [
      "client$ ssh -N -g -L 2001:203.0.113.3:21 user@203.0.113.3",
      "stranger$ ftp 198.51.100.2 2001",
      "client$ ftp 198.51.100.2 2001",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", trusting);
      await stage.sshd("server");
      await stage.ssh("client", { to: serverAddress, local: ["2001:203.0.113.3:21"], isForAll: true });
      await stage.ftpClient("stranger", { host: clientAddress, port: 2001 }, { name: "stranger" });
      return (await stage.ftpClient("client", { host: clientAddress, port: 2001 })).get("PORT");
    },
    expected: worksInTheClear,
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:203.0.113.3:21 user@203.0.113.3",
      "stranger$ ftp 198.51.100.2 2001",
      "client$ sallyport -g -L 2002:203.0.113.3:21 user@203.0.113.3",
      "client$ ftp 198.51.100.2 2002",
    ],
    script: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:203.0.113.3:21"] });
      const stranger = stage.ftpClient("stranger", { host: clientAddress, port: forwarded.port }, { name: "stranger" });
      if (!(await isRefused(stranger))) throw new SallyportError("INTERNAL", "another host got in without -g");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2002:203.0.113.3:21"], isForAll: true });
      return (await stage.ftpClient("client", { host: clientAddress, port: 2002 })).get("PORT");
    },
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
  plain: {
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PORT", local: "2001:203.0.113.3:21" }),
    expected: failsWith(500),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PORT", "EPRT"] }),
    expected: works,
  },
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
  plain: {
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PASV", local: "2001:203.0.113.3:21" }),
    expected: failsWith(425, true),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV", "EPSV"], forward: "2001:203.0.113.3:21" }),
    expected: works,
  },
};
