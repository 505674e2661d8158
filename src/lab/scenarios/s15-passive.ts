// S15: passive mode as it was meant.

import type { Scenario } from "../scenario.ts";
import { assertWorks, downloads, forwarded, works, worksInTheClear } from "./steps.ts";
import { openTopology, serverAddress } from "./topologies.ts";

export const s15: Scenario = {
  number: "S15",
  name: "passive",
  title: "passive mode as it was meant",
  seen: "PASV or EPSV before each transfer: it works where the server can be reached at any of its ports.",
  why: "The client makes both connections, as with most protocols.",
  answer: "It is what tunnel and client begin with: EPSV, else PASV.",
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
