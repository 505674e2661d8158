// S19: FTP with its own protection.

import type { Scenario } from "../scenario.ts";
import { labCertificate } from "../servers/lab-certificate.ts";
import { failsWith, get, run, works } from "./sessions.ts";
import { openTopology } from "./topologies.ts";

export const s19: Scenario = {
  number: "S19",
  name: "protected-ftp",
  title: "FTP with its own protection",
  seen: "530 or 522 mentioning TLS, SSL or encryption; or a certificate that is refused.",
  why: "The server demands AUTH TLS (RFC 4217). Nobody in between can read what is encrypted end to end, not even a tunnel that understands FTP: it has to be an end itself.",
  answer:
    "The tunnel logs on with TLS by itself where the server demands it (--server-tls), so the client needs none. A client that insists on TLS gets it with --tls-certificate; without that, AUTH is refused with a reply that says so. sallyport ftp and get speak TLS themselves (--tls, --implicit-tls, ftps://), through SSH too.",
  topology: openTopology,
  // vsftpd with ssl_enable and force_local_logins_ssl; what the client does not encrypt it does not take.
  plain: {
    ...run(
      { server: { demandsTls: true } },
      {
        ssh: { local: ["2001:localhost:21"] },
        transfer: async ({ login }) => ({ works: login.startsWith("230"), whole: false, reply: login }),
      },
    ),
    expected: failsWith(530),
  },
  sallyport: {
    ...run(
      { server: { demandsTls: true } },
      { sallyport: { serverTlsPin: labCertificate.pin }, ...get("PASV", "EPSV") },
    ),
    expected: works,
  },
};
