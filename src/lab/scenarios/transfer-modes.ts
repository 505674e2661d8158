// S14 to S17: active, passive, from server to server, and default data ports, as they were meant.
import type { Scenario } from "../scenario.ts";
import type { FtpServerPlan } from "../stage.ts";
import {
  assertWorks,
  direct,
  downloads,
  failsWith,
  forwarded,
  serverToServer,
  works,
  worksInTheClear,
} from "./steps.ts";
import { openTopology, serverA, serverAddress, serverB, sshHostAddress, twoServersTopology } from "./topologies.ts";

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
  plain: {
    typed: ["client$ ftp -A 203.0.113.3"],
    script: direct("PORT"),
    expected: worksInTheClear,
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
      "client$ sallyport --back active -L 2002:localhost:21 user@203.0.113.3",
      "client$ ftp -A localhost 2001",
      "client$ ftp -A localhost 2002",
    ],
    script: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
      await stage.sallyport("client", { via: serverAddress, forwards: ["2002:localhost:21"], back: "active" });
      assertWorks(await (await stage.ftpClient("client", forwarded, { name: "back-passive" })).get("PORT"));
      return (await stage.ftpClient("client", { host: "127.0.0.1", port: 2002 }, { name: "back-active" })).get("PORT");
    },
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
  plain: {
    typed: ["client$ ftp -p 203.0.113.3"],
    script: async (stage) => {
      await stage.ftpServer("server");
      return downloads(await stage.ftpClient("client", { host: serverAddress, port: 21 }), ["PASV", "EPSV"]);
    },
    expected: worksInTheClear,
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
      "client$ sallyport --back active -L 2002:localhost:21 user@203.0.113.3",
      "client$ ftp -p localhost 2001",
      "client$ ftp -p localhost 2002",
    ],
    script: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
      await stage.sallyport("client", { via: serverAddress, forwards: ["2002:localhost:21"], back: "active" });
      const first = await stage.ftpClient("client", forwarded, { name: "back-passive" });
      assertWorks(await downloads(first, ["PASV", "EPSV"]));
      const second = await stage.ftpClient("client", { host: "127.0.0.1", port: 2002 }, { name: "back-active" });
      return downloads(second, ["PASV", "EPSV"]);
    },
    expected: works,
  },
};

// S16: from server to server.
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
    typed: ["client$ ftp 10.1.0.2", "client$ ftp 10.2.0.2", "ftp> proxy get /file /copy"],
    script: async (stage) => {
      await stage.ftpServer("a");
      await stage.ftpServer("b");
      const a = await stage.ftpClient("client", { host: serverA, port: 21 }, { name: "at-a" });
      return serverToServer(a, await stage.ftpClient("client", { host: serverB, port: 21 }, { name: "at-b" }));
    },
    expected: failsWith(500),
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:10.1.0.2:21 -L 2002:10.2.0.2:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "client$ ftp localhost 2002",
      "ftp> proxy get /file /copy",
    ],
    script: async (stage) => {
      await stage.ftpServer("a");
      await stage.ftpServer("b");
      await stage.sshd("ssh-host");
      const forwards = [`2001:${serverA}:21`, `2002:${serverB}:21`];
      await stage.sallyport("client", { via: sshHostAddress, forwards });
      const a = await stage.ftpClient("client", { host: "127.0.0.1", port: 2001 }, { name: "at-a" });
      return serverToServer(a, await stage.ftpClient("client", { host: "127.0.0.1", port: 2002 }, { name: "at-b" }));
    },
    expected: works,
  },
};

// S17: default data ports.
const server: FtpServerPlan = { defaultPorts: true };

export const s17: Scenario = {
  number: "S17",
  name: "default-ports",
  title: "default data ports",
  seen: "Without PORT the first transfer works, and the second fails: 425 with Address already in use or Cannot assign requested address.",
  why: "The server connects from its port 20 to the port of the client's control connection (RFC 959 section 3.2). TCP reserves that pair of ports for up to four minutes afterwards (TIME_WAIT), and some systems do not allow listening there at all.",
  answer: "Client, tunnel and server support it (--default-port), wait as long as TCP requires, and say so.",
  topology: openTopology,
  // ProFTPD; vsftpd has no default data ports. Where TIME_WAIT may be reused (time stamps), the second one works too.
  plain: {
    typed: ["client$ ftp 203.0.113.3", "ftp> sendport", "ftp> get file", "ftp> get file"],
    script: async (stage) => {
      await stage.ftpServer("server", server);
      const user = await stage.ftpClient("client", { host: serverAddress, port: 21 }, { sharesPort: true });
      assertWorks(await user.get("default-port"));
      return user.get("default-port");
    },
    expected: failsWith(425, true),
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "ftp> sendport",
      "ftp> get file",
      "ftp> get file",
    ],
    script: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
      const user = await stage.ftpClient("client", forwarded, { sharesPort: true });
      assertWorks(await user.get("default-port"));
      return user.get("default-port");
    },
    expected: works,
  },
};
