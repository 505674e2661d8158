// S19: FTP with its own protection.

import type { Scenario } from "../scenario.ts";
import { failsWith, forwarded } from "./steps.ts";
import { openTopology, serverAddress } from "./topologies.ts";

export const s19: Scenario = {
  number: "S19",
  name: "protected-ftp",
  title: "FTP with its own protection",
  seen: "530 or 522 mentioning TLS, SSL or encryption; or a certificate that is refused.",
  why: "The server demands AUTH TLS (RFC 4217). Nobody in between can read what is encrypted end to end, not even a tunnel that understands FTP.",
  answer:
    "The tunnel refuses AUTH and says why: the connection is inside SSH already. sallyport ftp and get speak TLS themselves (--tls, --implicit-tls, ftps://), through SSH too.",
  topology: openTopology,
  // vsftpd with ssl_enable and force_local_logins_ssl; what the client does not encrypt it does not take.
  plain: {
    typed: ["client$ ssh -N -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: async (stage) => {
      await stage.ftpServer("server", { demandsTls: true });
      await stage.sshd("server");
      await stage.ssh("client", { to: serverAddress, local: ["2001:localhost:21"] });
      const { login } = await stage.ftpClient("client", forwarded);
      return { works: login.startsWith("230"), whole: false, reply: login };
    },
    expected: failsWith(530),
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "ftp> quote AUTH TLS",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", { demandsTls: true });
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
      const user = await stage.ftpClient("client", forwarded);
      return { works: false, whole: false, reply: await user.ask("AUTH TLS") };
    },
    expected: failsWith(534),
    rightly: "refused, with the reason",
  },
};
