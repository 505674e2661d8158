// S14: active mode as it was meant.

import type { Scenario } from "../scenario.ts";
import { assertWorks, direct, forwarded, works, worksInTheClear } from "./steps.ts";
import { openTopology, serverAddress } from "./topologies.ts";

export const s14: Scenario = {
  number: "S14",
  name: "usual-active",
  title: "active mode as it was meant",
  seen: "PORT before each transfer, and a connection from the server's port 20: it works where nothing is between.",
  why: "The client can be reached at the address that it names.",
  answer:
    "The tunnel takes PORT and EPRT from any client, whatever the way to the server is; sallyport ftp --active does the same itself.",
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
