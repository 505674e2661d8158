// Prepares a transfer's data connection to the server: EPSV, else PASV, else active; or active or default-port alone. The
// gateway's own commands are on their way to the server in the moment in which the client's PASV or PORT is answered.
import { argumentText, type Command } from "../command.ts";
import { isServicePort } from "../data-peers.ts";
import { formatEprt, formatPort, type HostPort } from "../host-port.ts";
import { ipFamily } from "../ip-address.ts";
import { parsePassive } from "../passive-reply.ts";
import { type Reply, replyText } from "../reply.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer, UpstreamMethod } from "./data-transfer.ts";
import type { RelayConfig, ServerMemory, UpstreamMode } from "./messages.ts";
import { PortAhead } from "./port-ahead.ts";

/** The methods that a mode tries, in order. */
const methodsOf: Readonly<Record<UpstreamMode, readonly [UpstreamMethod, ...UpstreamMethod[]]>> = {
  auto: ["epsv", "pasv", "active"],
  passive: ["epsv", "pasv"],
  active: ["active"],
  "default-port": ["default-port"],
};

export class UpstreamSetup {
  readonly ahead: PortAhead;
  readonly #control: ControlConnections;
  readonly #memory: ServerMemory;
  readonly #methods: readonly [UpstreamMethod, ...UpstreamMethod[]];
  /** What has worked, or is to be tried, in this session. */
  #method: UpstreamMethod;
  /** It has worked in this session, so a transfer need not wait for its reply. */
  #isProven = false;
  /** The server knows which transfer comes, by PRET. */
  #isAnnounced = false;

  constructor(control: ControlConnections, { upstreamMode, memory }: RelayConfig) {
    this.ahead = new PortAhead(control);
    this.#control = control;
    this.#memory = memory;
    this.#methods = methodsOf[upstreamMode];
    this.#method = this.#methods[0];
  }

  /** Start, unless it has started. `command`: the transfer, once it is known; before that a server that wants PRET is not asked. */
  begin(transfer: DataTransfer, command?: Command): void {
    if (transfer.upstream !== "unprepared") return;
    if (this.waitsForTransfer) {
      if (command === undefined) return;
      this.#announce(transfer, command);
    }
    this.#try(transfer, this.#method);
  }

  /** The server listens for a transfer that it knows, and for no other. */
  get waitsForTransfer(): boolean {
    const isPassive = this.#method === "epsv" || this.#method === "pasv";
    return this.#memory.wantsPret === true && !this.#isAnnounced && isPassive;
  }

  /** The client itself has sent PRET. */
  announced(): void {
    this.#isAnnounced = true;
  }

  transferBegins(): void {
    this.#isAnnounced = false;
  }

  /** Its command has been sent. */
  transferSent(isDownload: boolean): void {
    this.ahead.behind(isDownload && this.#method === "epsv" && this.#isProven);
  }

  /** By the server's answer to PRET: the next transfer is announced again. */
  refusedAhead(transfer: DataTransfer): void {
    transfer.withdrawUpstream();
    this.#isAnnounced = false;
  }

  /** The transfer command may follow at once: its place in the conversation is settled. */
  mayFollow(transfer: DataTransfer): boolean {
    const { upstream } = transfer;
    if (upstream === "unprepared" || upstream === "listening") return false;
    // The first data connection is made before the transfer command: if it is refused, another method can still be tried, and
    // no server is left waiting for it (vsftpd reads nothing meanwhile, for a minute). Once one has worked, both go together.
    if (transfer.isPassive && !this.#memory.passiveReaches) {
      transfer.connectUpstream();
      return transfer.upstream === "open" || transfer.upstream === "failed";
    }
    return upstream !== "asked" || this.#isProven;
  }

  opened(transfer: DataTransfer): void {
    transfer.opened("upstream");
    if (transfer.isPassive) this.#memory.passiveReaches = true;
  }

  /** A listener, or a connection before there is a transfer, could not be had. */
  failed(transfer: DataTransfer, text: string): void {
    if (transfer.upstream === "listening" || transfer.upstream === "opening") this.#failed(transfer, text);
  }

  /** The SSH host listens: the server is sent the address. */
  listening(transfer: DataTransfer, address: HostPort, warning?: string): void {
    if (transfer.upstream !== "listening") return;
    transfer.warnUpstream(warning);
    if (transfer.method === "default-port") {
      this.#agreed(transfer);
      return;
    }
    const extended = ipFamily(address.host) === 6;
    const verb = extended ? "EPRT" : "PORT";
    let argument: string;
    try {
      argument = extended ? formatEprt(address) : formatPort(address);
    } catch (error) {
      this.#failed(transfer, (error as Error).message);
      return;
    }
    transfer.askUpstream("active");
    this.#control.ask(verb, argument, (reply) => {
      if (reply.code < 300) this.#agreed(transfer);
      else this.#failed(transfer, `the FTP server refused ${verb}: ${reply.code} ${replyText(reply)}`);
    });
  }

  /** A data connection by the method in force could not be had: the next transfer tries another one. */
  demote(): void {
    const next = this.#methods.indexOf(this.#method) + 1;
    this.#method = this.#methods[next] ?? this.#methods[0];
    this.#isProven = false;
    this.#memory.passiveReaches = false;
    if (this.#methods.length > 1) this.#control.note(`next transfer tries ${this.#method} towards the server`);
  }

  #try(transfer: DataTransfer, method: UpstreamMethod): void {
    if (method === "active" || method === "default-port") {
      transfer.listenUpstream(method);
      return;
    }
    const verb = method.toUpperCase();
    transfer.askUpstream(method);
    const answered = (reply: Reply): void => this.#passiveAnswered(transfer, verb, reply);
    const answeredAhead = (reply: Reply): void => {
      answered(reply);
      transfer.connectUpstream(); // so that it is open when the transfer begins
    };
    if (method !== "epsv" || !this.ahead.take(answeredAhead)) this.#control.ask(verb, undefined, answered);
  }

  /** Pipelined with the question for the port. */
  #announce(transfer: DataTransfer, command: Command): void {
    const argument = [command.verb, argumentText(command)].filter((word) => word !== "").join(" ");
    this.#isAnnounced = true;
    this.#control.ask("PRET", argument, (reply) => {
      if (reply.code < 300) return;
      if ([500, 502, 504].includes(reply.code)) this.#memory.wantsPret = false;
      else transfer.refuseAhead(reply);
    });
  }

  #passiveAnswered(transfer: DataTransfer, verb: string, reply: Reply): void {
    // DrFTPD: `500 You need to use a client supporting PRET (PRE Transfer) to use PASV`.
    const wantsPret = reply.code >= 500 && /\bPRET\b/.test(replyText(reply));
    if (wantsPret && !this.#isAnnounced && transfer.data === "idle") {
      this.#memory.wantsPret = true;
      this.#control.note("the server wants PRET before it listens: it is sent before each transfer from now on");
      transfer.withdrawUpstream();
      return;
    }
    if (reply.code >= 300) {
      this.#failed(transfer, `the FTP server refused ${verb}: ${reply.code} ${replyText(reply)}`);
      return;
    }
    const port = readPort(reply);
    if (typeof port === "string")
      this.#failed(transfer, `${port} in the server's answer to ${verb}: ${reply.lines[0]}`);
    else {
      this.ahead.seen(port, reply);
      this.#agreed(transfer, port);
    }
  }

  #agreed(transfer: DataTransfer, port?: number): void {
    transfer.agreeUpstream(port);
    this.#isProven = true;
    if (transfer.data === "opening") transfer.connectUpstream();
  }

  /** On to the next method where the mode has one; a transfer that has already followed is the server's to refuse. */
  #failed(transfer: DataTransfer, why: string): void {
    transfer.noteFailure(why);
    this.#isProven = false;
    const next = this.#methods[this.#methods.indexOf(transfer.method ?? this.#method) + 1];
    const isToBegin = transfer.data === "idle" || transfer.data === "interrupted";
    if (next !== undefined && isToBegin && transfer.refusal === undefined) {
      this.#control.note(`${why}: trying ${next}`);
      this.#method = next;
      this.#try(transfer, next);
      return;
    }
    this.#method = this.#methods[0];
    transfer.failUpstream();
  }
}

/** The port of a passive reply; the host in it is never used (it is what NAT breaks, and a way to be sent elsewhere). */
function readPort(reply: Reply): number | string {
  let port: number;
  try {
    port = parsePassive(reply).port;
  } catch {
    return "no address";
  }
  return isServicePort(port) ? `port ${port}, which is not a data port,` : port;
}
