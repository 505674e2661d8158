// S01: a plain session.

import type { Scenario } from "../scenario.ts";
import type { LabClient, TransferResult } from "../stage.ts";
import { forwarded, works, worksInTheClear } from "./steps.ts";
import { openTopology, serverAddress } from "./topologies.ts";

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
  why: "Nothing is between client and server, so everything works. It is what all others are compared with.",
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
