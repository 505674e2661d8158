// Which finding an error of our own client is: by its code, its details and what the server said; not by our words.
import { isPrivateAddress } from "../cidr.ts";
import { isSallyportError, type SallyportError } from "../error.ts";
import { isLoopback } from "../ip-address.ts";
import { type FindingId, findingRows } from "./findings.ts";
import { findingOfLine, noDataPort } from "./known-lines.ts";

interface Row {
  readonly id: FindingId | "no-path";
  /** `said`: what the server said, in its own words. */
  readonly fits: (error: SallyportError, said: string) => boolean;
}

/** `10.0.0.1:21`, `[::1]:21`. */
const hostIn = (endpoint: string | undefined): string => (endpoint ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

const named = ({ details }: SallyportError): string => hostIn(details.named);
const isPassive = ({ details }: SallyportError): boolean => details.mode === "passive";
const isActive = ({ details }: SallyportError): boolean => details.mode === "active";
const isDefaultPort = ({ details }: SallyportError): boolean => details.mode === "default-port";

/** We could not connect to the server's data port, though the control connection is there. */
const isNotReached = (error: SallyportError): boolean =>
  isPassive(error) && error.code.startsWith("NET_") && error.details.phase === "data";
const besideControl = ({ details }: SallyportError): boolean => isLoopback(hostIn(details.remote));

/** The connection is there, and a command got no reply. */
export const isUnanswered = ({ code, details }: SallyportError): boolean =>
  code === "NET_TIMEOUT" && details.phase === "reply";

/** SSH_OPEN_* of RFC 4254 section 5.1. */
const prohibited = 1;
const isConnectFailed = ({ details }: SallyportError): boolean => details.channelReason === 2;

const isConnecting = ({ details }: SallyportError): boolean => details.phase === "connect";

/** Files, rights, words and keys: the same would happen with nothing in between, unless the server asks for TLS. */
function isNoPathProblem({ code, details }: SallyportError, said: string): boolean {
  if (code === "FTP_LOGIN") return false;
  if (/^(?:FS|USAGE|CONFIG|LIMIT|POLICY)_|^(?:INTERNAL|CLOSED|FTP_VERIFY)$/.test(code)) return true;
  return [450, 452, 532, 550, 551, 552, 553].includes(details.reply ?? 0) && findingOfLine(said) !== "D19";
}

/** The first that fits counts: what a server says exactly stands before what only a code says. */
const rows: readonly Row[] = [
  {
    id: "no-path",
    fits: ({ code, details }, said) =>
      code !== "FTP_LOGIN" && details.reply === 550 && findingOfLine(said) === "no-path",
  },
  { id: "D16", fits: (error, said) => error.details.mode === "third-party" && !isNoPathProblem(error, said) },
  { id: "D08", fits: (_, said) => findingOfLine(said) === "D08" },
  { id: "D29", fits: (error, said) => isDefaultPort(error) && findingOfLine(said) === "D29" },
  { id: "D18", fits: (error) => isDefaultPort(error) && /^(?:NET_UNSUPPORTED|SSH_)/.test(error.code) },
  { id: "D17", fits: isDefaultPort },
  {
    id: "D19",
    fits: ({ code, details }, said) =>
      details.reply === 522 || (code === "FTP_LOGIN" && details.reply === 534) || findingOfLine(said) === "D19",
  },
  {
    id: "D14",
    fits: (error, said) =>
      isActive(error) &&
      ((error.details.reply === 425 && /address already in use/i.test(said)) || noDataPort.test(said)),
  },
  { id: "D03", fits: (error, said) => isActive(error) && error.details.reply === 425 && findingOfLine(said) === "D03" },
  { id: "D05", fits: (error) => isActive(error) && isLoopback(named(error)) },
  { id: "D11", fits: (error) => isActive(error) && isPrivateAddress(named(error)) && error.details.secure === true },
  { id: "D10", fits: (error) => isActive(error) && isPrivateAddress(named(error)) },
  { id: "D07", fits: (error) => isActive(error) && [500, 501, 502, 504].includes(error.details.reply ?? 0) },
  { id: "D09", fits: (error) => isActive(error) && (error.code === "FTP_TRANSFER" || error.details.reply === 425) },
  {
    id: "D02",
    fits: (error) => isNotReached(error) && besideControl(error) && named(error) !== "" && !isLoopback(named(error)),
  },
  { id: "D04", fits: (error) => isNotReached(error) && besideControl(error) },
  { id: "D12", fits: (error) => isNotReached(error) && isPrivateAddress(named(error)) },
  { id: "D13", fits: (error) => isNotReached(error) && named(error) !== "" },
  { id: "D15", fits: isNotReached },
  // sshd has reached the server before, by the control connection.
  { id: "D15", fits: (error) => isPassive(error) && error.code === "SSH_CHANNEL_REFUSED" && isConnectFailed(error) },
  { id: "D22", fits: (error) => isPassive(error) && error.details.reply !== undefined && error.details.reply >= 500 },
  { id: "D23", fits: ({ code }) => code === "SSH_HOST_KEY" },
  { id: "D24", fits: ({ code }) => code === "SSH_AUTH" },
  { id: "D25", fits: ({ code }) => code === "SSH_CONFIG" || code === "SSH_PROGRAM_MISSING" },
  { id: "D26", fits: ({ code, details }) => code === "SSH_CHANNEL_REFUSED" && details.channelReason === prohibited },
  { id: "D27", fits: (error) => error.code === "SSH_CHANNEL_REFUSED" && isConnectFailed(error) },
  { id: "D28", fits: ({ code }) => code === "SSH_FORWARD_REFUSED" },
  { id: "D42", fits: ({ code }) => code === "SSH_DISCONNECTED" },
  { id: "D21", fits: ({ code }) => code === "SSH_CONNECT" },
  { id: "D34", fits: ({ code, details }) => code === "NET_TIMEOUT" && details.phase === "greeting" },
  { id: "D44", fits: isUnanswered },
  { id: "D38", fits: ({ code }) => code === "NET_TLS" },
  { id: "D31", fits: ({ code }) => code === "NET_DNS" },
  { id: "D32", fits: (error) => error.code === "NET_REFUSED" && isConnecting(error) },
  { id: "D33", fits: (error) => /^NET_(?:TIMEOUT|UNREACHABLE)$/.test(error.code) && isConnecting(error) },
  {
    id: "D37",
    // ProFTPD counts at the login: 530.
    fits: (error, said) =>
      (error.details.reply === 421 && isConnecting(error)) ||
      ((error.details.reply === 421 || error.code === "FTP_LOGIN") && findingOfLine(said) === "D37"),
  },
  { id: "D36", fits: ({ code }) => code === "FTP_LOGIN" },
  { id: "D20", fits: ({ code }) => code === "FTP_TRANSFER" || code === "NET_RESET" },
];

/** undefined: none of the findings is about it. */
export function findingOfError(error: SallyportError): FindingId | "no-path" | undefined {
  const said = saidBy(error);
  const isNoPath = isNoPathProblem(error, said);
  const found = rows.find(({ id, fits }) => (id === "no-path" || !isNoPath) && fits(error, said))?.id;
  return found ?? (isNoPath ? undefined : findingOfLine(said));
}

/** Of the error and of what lies below it; empty where no server has said anything. */
function saidBy(error: SallyportError): string {
  const ours = [error, ...causesOf(error)].filter(isSallyportError);
  return ours.flatMap(({ details }) => (details.said === undefined ? [] : [details.said])).join("\n");
}

/** `S07`; undefined where no scenario is about it. */
export function scenarioOf(error: SallyportError): string | undefined {
  const id = findingOfError(error);
  return id === undefined || id === "no-path" ? undefined : findingRows[id].scenario;
}

/** The long form: what lies below the error, and the finding. Lines to stand below message and hint; not escaped. */
export function explain(error: SallyportError): readonly string[] {
  const id = findingOfError(error);
  return [
    `Code: ${error.code} (docs/reference/errors.md)`,
    ...causesOf(error).flatMap(({ message }) => (error.message.includes(message) ? [] : [`Because: ${message}`])),
    ...(id === undefined ? [] : id === "no-path" ? noPathLines : linesOf(id)),
  ];
}

const noPathLines: readonly string[] = [
  "Why: nothing is wrong with the way to the server: it has answered, and there is nothing of that name. dir at the prompt, or sallyport ls, shows what there is.",
];

function linesOf(id: FindingId): readonly string[] {
  const { scenario, title, why, remedies } = findingRows[id];
  const number = scenario === undefined ? id : `${id}, ${scenario}`;
  return [
    `${number}: ${title} (docs/reference/findings.md)`,
    `Why: ${why}`,
    ...remedies.map(([at, what]) => `What helps: ${at}: ${what}`),
  ];
}

/** What was thrown below it; of foreign errors only the outermost, which says it all. */
function causesOf(error: SallyportError): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    causes.push(cause);
    if (!isSallyportError(cause)) break;
  }
  return causes;
}
