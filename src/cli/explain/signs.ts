// By what an error shows its scenario.
import type { SallyportError } from "../../protocol/error.ts";

export interface Sign {
  /** Its number. */
  readonly scenario: string;
  /** `text`: the words of the error and of its causes. */
  readonly fits: (error: SallyportError, text: string) => boolean;
  /** What it means here, and what to do. */
  readonly here: string;
}

/** The first that fits counts: what a server says exactly stands before what only a code tells. */
export const signs: readonly Sign[] = [
  {
    scenario: "S08",
    fits: (_, text) => /port theft|bad ip connecting/i.test(text),
    here: "The server saw control and data come from two addresses, and takes that for theft. Both come from one address with --via, or without a NAT or proxy that treats them differently.",
  },
  {
    scenario: "S07",
    fits: ({ details }, text) =>
      details.reply !== undefined && /illegal (?:port|eprt)|(?:port|eprt) command/i.test(text),
    here: "The server compares the address in PORT or EPRT with the one that the control connection comes from, and they differ: there is a NAT or a tunnel between. Let us connect: --passive.",
  },
  {
    scenario: "S17",
    fits: (_, text) => /use port or pasv first/i.test(text),
    here: "The server has no default data ports (RFC 959 section 3.2) and wants to be told where data goes, as vsftpd does: leave --default-port out.",
  },
  {
    scenario: "S17",
    fits: ({ code }, text) =>
      /default[- ](?:data )?port/i.test(text) && (code === "NET_ADDRESS_IN_USE" || code.startsWith("FTP_")),
    here: "Without PORT the server connects to the port that our control connection has (RFC 959 section 3.2). The pair of ports is the same for each transfer, and TCP keeps it for up to four minutes after one (TIME_WAIT).",
  },
  {
    scenario: "S18",
    fits: ({ code }, text) => code === "NET_UNSUPPORTED" && /default[- ](?:data )?port/i.test(text),
    here: "Through SSH the server would have to connect to the port that sshd's own connection has, and an SSH server lets nobody listen there.",
  },
  {
    scenario: "S12",
    fits: (_, text) => /private address/.test(text),
    here: "The server is behind a NAT and names its inner address in 227. We connect to the address of the control connection instead; if that fails too, the NAT does not forward the server's passive ports.",
  },
  {
    scenario: "S19",
    fits: ({ code, details }, text) =>
      code === "NET_TLS" ||
      details.reply === 522 ||
      (details.reply !== undefined && /\b(?:tls|ssl|encrypt)/i.test(text)),
    here: "The server wants FTP inside TLS (RFC 4217) in another way than we offer: --tls for ftp:// is AUTH TLS, ftps:// is TLS from the first byte, --tls-ca names the roots to trust.",
  },
  {
    scenario: "S03",
    fits: ({ details }, text) => details.reply === 425 && /cannot assign|refused/i.test(text),
    here: "The server tried to connect to us and reached nobody: it knows us by an address that leads elsewhere, as through a tunnel to localhost. Let us connect: --passive.",
  },
  {
    scenario: "S09",
    fits: ({ code, details }, text) =>
      /\bactive\b|connect(?:s|ed)? to us|did not connect/i.test(text) &&
      (code === "NET_TIMEOUT" || details.reply === 425),
    here: "The server is to connect to us, and a packet filter or a NAT (S10) on the way drops that. Let us connect: --passive.",
  },
  {
    scenario: "S20",
    fits: ({ code }) => code === "FTP_TRANSFER" || code === "NET_RESET" || code === "SSH_DISCONNECTED",
    here: "The connection went away in the middle. What came is not taken for the file, whatever its end looks like; --resume goes on behind it, --retry 3 does so by itself.",
  },
];
