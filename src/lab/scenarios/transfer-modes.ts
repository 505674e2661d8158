// S14 to S17: active, passive, from server to server, and default data ports, as they were meant.
import type { Scenario } from "../scenario.ts";
import { assertWorks, failsWith, get, run, type Session, serverToServer, works, worksInTheClear } from "./sessions.ts";
import { openTopology, serverA, serverB, twoServersTopology } from "./topologies.ts";

export const s14: Scenario = {
  number: "S14",
  name: "usual-active",
  title: "active mode as it was meant",
  seen: "PORT before each transfer, then a connection from the server's port 20: it works when nothing stands between client and server.",
  why: "The client can be reached at the address that it names.",
  answer:
    "The tunnel accepts PORT and EPRT from any client, however the server is reached; sallyport ftp --active uses active mode itself.",
  topology: openTopology,
  // Any server.
  plain: { ...run({}, get("PORT")), expected: worksInTheClear },
  sallyport: {
    ...run(
      {},
      { name: "back-passive", sallyport: {}, ...get("PORT") },
      {
        name: "back-active",
        sallyport: { back: "active", local: ["2002:localhost:21"] },
        at: { host: "127.0.0.1", port: 2002 },
        ...get("PORT"),
      },
    ),
    expected: works,
  },
};

// S15: passive mode as it was meant.
export const s15: Scenario = {
  number: "S15",
  name: "passive",
  title: "passive mode as it was meant",
  seen: "PASV or EPSV before each transfer: it works when all of the server's ports can be reached.",
  why: "The client makes both connections, as with most protocols.",
  answer: "Tunnel and client start with it: EPSV, else PASV.",
  topology: openTopology,
  // Any server.
  plain: { ...run({}, get("PASV", "EPSV")), expected: worksInTheClear },
  sallyport: {
    ...run(
      {},
      { name: "back-passive", sallyport: {}, ...get("PASV", "EPSV") },
      {
        name: "back-active",
        sallyport: { back: "active", local: ["2002:localhost:21"] },
        at: { host: "127.0.0.1", port: 2002 },
        ...get("PASV", "EPSV"),
      },
    ),
    expected: works,
  },
};

// S16: from server to server.
const proxyGet: Session = {
  commands: ["ftp> proxy get /file /copy"],
  transfer: (b, { clients: [a = b] }) => serverToServer(a, b),
};

export const s16: Scenario = {
  number: "S16",
  name: "third-party",
  title: "from server to server",
  seen: "500 Illegal PORT command from the one, 425 or 500 from the other; or a wait that ends in 425.",
  why: "The client gives one server the other's address, so that the data does not pass through the client. Each server sees an address that is not its client's, which most refuse; and through SSH they may be unable to reach each other.",
  answer:
    "Two sessions of one tunnel are joined inside it, even if neither server can reach the other. sallyport cp tries that first, and otherwise copies through this machine.",
  topology: twoServersTopology,
  // vsftpd and ProFTPD as they come: b compares the address in PORT.
  plain: {
    ...run(
      { servers: ["a", "b"] },
      { name: "at-a", at: { host: serverA, port: 21 } },
      { name: "at-b", at: { host: serverB, port: 21 }, ...proxyGet },
    ),
    expected: failsWith(500),
  },
  sallyport: {
    ...run(
      { servers: ["a", "b"], sshHost: "ssh-host" },
      { name: "at-a", sallyport: { local: [`2001:${serverA}:21`, `2002:${serverB}:21`] } },
      { name: "at-b", at: { host: "127.0.0.1", port: 2002 }, ...proxyGet },
    ),
    expected: works,
  },
};

// S17: default data ports.
const twice: Session = {
  sharesPort: true,
  commands: ["ftp> sendport", "ftp> get file", "ftp> get file"],
  transfer: async (client) => {
    assertWorks(await client.get("default-port"));
    return client.get("default-port");
  },
};

export const s17: Scenario = {
  number: "S17",
  name: "default-ports",
  title: "default data ports",
  seen: "Without PORT the first transfer works, and the second fails: 425 with Address already in use or Cannot assign requested address.",
  why: "The server connects from its port 20 to the port of the client's control connection (RFC 959 section 3.2). TCP reserves that pair of ports for up to four minutes afterwards (TIME_WAIT), and some systems do not allow listening there at all.",
  answer: "Client, tunnel and server support it (--default-port), wait as long as TCP requires, and say so.",
  topology: openTopology,
  // ProFTPD; vsftpd has no default data ports. Where TIME_WAIT may be reused (time stamps), the second one works too.
  plain: { ...run({ server: { defaultPorts: true } }, twice), expected: failsWith(425, true) },
  sallyport: { ...run({}, { sallyport: {}, ...twice }), expected: works },
};
