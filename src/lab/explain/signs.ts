// By what an error shows its scenario. S06 has no sign: whoever comes through somebody's open forward sees what S07 is.
import { isPrivateAddress } from "../../protocol/cidr.ts";
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import { isLoopback } from "../../protocol/ip-address.ts";

export interface Sign {
  /** Its number; absent where nothing is wrong with the way. */
  readonly scenario?: string;
  /** `text`: the words of the error and of its causes. */
  readonly fits: (error: SallyportError, text: string) => boolean;
  /** What it means here, and what to do. */
  readonly here: string;
}

/** `10.0.0.1:21`, `[::1]:21`. */
const hostIn = (endpoint: string | undefined): string => (endpoint ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

/** The address that the server was to connect to, in active mode. */
function announced(text: string): string | undefined {
  const words = /(?:active mode at|was to connect to|has not connected to) (\S+?:\d+)(?=[ ,;:)]|$)/.exec(text);
  return words === null ? undefined : hostIn(words[1]);
}

/** PORT or EPRT was refused, or nobody came. */
const failsActive = ({ code, details }: SallyportError): boolean =>
  code === "NET_TIMEOUT" || (details.reply !== undefined && [425, 426, 500, 501].includes(details.reply));

/** We could not connect to the server's data port, though the control connection is there. */
const failsPassive = ({ details }: SallyportError, text: string): boolean =>
  details.phase === "data" && /could not connect to/.test(text);

/** The port that the control connection has at our side. */
const ownPort = /default[- ](?:data )?port|the end of the control connection|port the SSH host reached/i;

const besideControl = ({ details }: SallyportError): boolean => isLoopback(hostIn(details.remote));

const isAboutTls = (text: string): boolean => /\b(?:tls|ssl|encrypt)/i.test(text);

/** Files, rights, words and keys: the same would happen with nothing in between, unless the server asks for TLS. */
function isNoPathProblem({ code, details }: SallyportError, text: string): boolean {
  if (/^(?:FS|USAGE|CONFIG|LIMIT|POLICY)_|^(?:SSH_AUTH|SSH_HOST_KEY|SSH_CONFIG|INTERNAL|CLOSED)$/.test(code))
    return true;
  return [450, 532, 550, 551, 552, 553].includes(details.reply ?? 0) && !isAboutTls(text);
}

/** The first that fits counts: an exact text of a server stands before what only a code shows. */
export const signs: readonly Sign[] = [
  {
    scenario: "S08",
    fits: (_, text) => /port theft|bad ip connecting/i.test(text),
    here: "The server saw control and data come from two addresses, and takes that for theft. Both come from one address with --via, or without a NAT or proxy that treats them differently.",
  },
  {
    scenario: "S16",
    fits: ({ code, details }, text) =>
      /could not transfer ".*" from \S+ to /.test(text) &&
      code !== "FTP_VERIFY" &&
      ![450, 452, 530, 550, 552, 553].includes(details.reply ?? 0),
    here: "One of the servers does not take the other's address, or cannot be reached by it. cp then goes through this machine by itself (--through-here does not even ask); at the prompt it is get and put. ProFTPD needs AllowForeignAddress, vsftpd pasv_promiscuous and port_promiscuous.",
  },
  {
    scenario: "S17",
    fits: (_, text) => /use port or pasv first/i.test(text),
    here: "The server has no default data ports (RFC 959 section 3.2) and wants PORT or PASV first, as vsftpd does: leave --default-port out.",
  },
  {
    scenario: "S17",
    fits: ({ code }, text) => ownPort.test(text) && (code === "NET_ADDRESS_IN_USE" || code.startsWith("FTP_")),
    here: "Without PORT the server connects to the port that our control connection has (RFC 959 section 3.2). The pair of ports is the same for each transfer, and TCP keeps it for up to four minutes after one (TIME_WAIT).",
  },
  {
    scenario: "S18",
    fits: ({ code }, text) => /^(?:NET_UNSUPPORTED|SSH_FORWARD_REFUSED)$/.test(code) && ownPort.test(text),
    here: "Through SSH the server would have to connect to the port that sshd's own connection has, and an SSH server lets nobody listen there.",
  },
  {
    scenario: "S14",
    fits: ({ details }, text) =>
      details.reply === 425 && /address already in use/i.test(text) && announced(text) !== undefined,
    here: "Active servers connect from their port 20, and TCP keeps that port and ours as a pair for some minutes after a transfer (TIME_WAIT). The next transfer has another port of ours: try again, or let us connect: --passive.",
  },
  {
    scenario: "S03",
    fits: ({ details }, text) =>
      details.reply === 425 &&
      (/cannot assign/i.test(text) || (/refused/i.test(text) && announced(text) === undefined)),
    here: "The server tried to connect to us and reached nobody: it knows us by an address that leads elsewhere, as through a tunnel to localhost. Let us connect: --passive.",
  },
  {
    scenario: "S05",
    fits: (error, text) => failsActive(error) && isLoopback(announced(text) ?? ""),
    here: "We reached the server at a loopback address, so that is the address in our PORT. Behind a forwarded port it is the server's own machine: let us connect (--passive), or go through SSH with --via in place of ssh -L.",
  },
  {
    scenario: "S11",
    fits: (error, text) => failsActive(error) && /, inside TLS/.test(text) && isPrivateAddress(announced(text) ?? ""),
    here: "Our PORT named a private address, and the NAT that would have put its own in place of it cannot read inside TLS. Let us connect: --passive.",
  },
  {
    scenario: "S10",
    fits: (error, text) => failsActive(error) && isPrivateAddress(announced(text) ?? ""),
    here: "Our PORT named a private address, which leads nowhere from there, or to somebody else: there is a NAT between. Let us connect: --passive.",
  },
  {
    scenario: "S07",
    fits: ({ details }, text) =>
      details.reply !== undefined && /illegal (?:port|eprt)|(?:port|eprt) command/i.test(text),
    here: "The server compares the address in PORT or EPRT with the one that the control connection comes from, and they differ: there is a NAT or a tunnel between. Let us connect: --passive.",
  },
  {
    scenario: "S02",
    fits: (error, text) => failsPassive(error, text) && besideControl(error) && /'s 22[78] names /.test(text),
    here: "The control connection goes to a port of this machine, and the server names another host: somebody forwards the one to the other, and forwards nothing else. Go through SSH with --via, or open a tunnel with sallyport -L in place of ssh -L.",
  },
  {
    scenario: "S04",
    fits: (error, text) => failsPassive(error, text) && besideControl(error),
    here: "The server's data port was looked for on this machine, where the control connection goes to. If a forwarded port is there, the server is elsewhere: go through SSH with --via, or open a tunnel with sallyport -L in place of ssh -L.",
  },
  {
    scenario: "S12",
    fits: (_, text) => /private address/.test(text),
    here: "The server is behind a NAT and names its inner address in 227. We connect to the address of the control connection instead; if that fails too, the NAT does not forward the server's passive ports.",
  },
  {
    scenario: "S13",
    fits: (error, text) => failsPassive(error, text) && /'s 22[78] names another host/.test(text),
    here: "The server is set to name its outer address (passive address, pasv_address, MasqueradeAddress), and we came from inside. We used the host of the control connection, and it does not answer there: its passive ports are closed to us.",
  },
  {
    scenario: "S15",
    fits: failsPassive,
    here: "The server answers on its control port and not on the port that it named for data: a packet filter lets the one in and not the others. Go through SSH (--via), or let the server connect: --active.",
  },
  {
    scenario: "S19",
    fits: ({ code, details }, text) =>
      code === "NET_TLS" || details.reply === 522 || (details.reply !== undefined && isAboutTls(text)),
    here: "The server wants FTP inside TLS (RFC 4217) in another way than we offered: --tls for ftp:// is AUTH TLS, ftps:// is TLS from the first byte, --tls-ca names the roots to trust.",
  },
  {
    scenario: "S19",
    fits: ({ code, details }) => code === "NET_TIMEOUT" && details.phase === "greeting",
    here: "A server that expects TLS from the first byte sends nothing before it: use ftps://, or --implicit-tls at the prompt, usually on port 990.",
  },
  {
    scenario: "S09",
    fits: ({ code, details }, text) =>
      /\bactive\b|connect(?:s|ed)? to us|did not connect|was to connect|has not connected/i.test(text) &&
      (code === "NET_TIMEOUT" || details.reply === 425),
    here: "The server is to connect to us, and a packet filter or a NAT (S10) on the way drops that. Let us connect: --passive.",
  },
  {
    scenario: "S20",
    fits: ({ code }) => code === "FTP_TRANSFER" || code === "NET_RESET" || code === "SSH_DISCONNECTED",
    here: "The connection went away in the middle. What came is not taken for the file, whatever its end looks like; --resume continues from there, and --retry 3 does so by itself.",
  },
  {
    fits: ({ details }, text) =>
      details.reply === 550 &&
      /no such (?:file|dir)|not found|(?:does not|doesn't) exist|failed to (?:change dir|open)|cannot find/i.test(text),
    here: "Nothing is wrong with the way to the server: it has answered, and there is nothing of that name. dir at the prompt, or sallyport ls, shows what there is; a path begins in the login directory.",
  },
];

/** `S07`; undefined for an error that none of the scenarios is about. */
export function scenarioOf(error: SallyportError): string | undefined {
  return signOf(error)?.scenario;
}

/** The first that fits. */
export function signOf(error: SallyportError): Sign | undefined {
  const text = [error.message, ...causesOf(error).map(({ message }) => message)].join("\n");
  const isNoPath = isNoPathProblem(error, text);
  return signs.find(({ scenario, fits }) => (scenario === undefined || !isNoPath) && fits(error, text));
}

/** What was thrown below it; of foreign errors only the outermost, which has it all. */
export function causesOf(error: SallyportError): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    causes.push(cause);
    if (!isSallyportError(cause)) break;
  }
  return causes.filter(({ message }) => !error.message.includes(message));
}
