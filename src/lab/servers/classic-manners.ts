// Commands that a server of the old kind refuses by itself: the words are those of vsftpd 3.0.3.
import type { Endpoint } from "../../platform/endpoint.ts";
import { parseEprt } from "../../protocol/extended-address.ts";
import { type HostPort, parsePort } from "../../protocol/host-port.ts";
import { plainHost, sameHost } from "../../protocol/ip-address.ts";
import type { FtpServerPlan } from "../stage.ts";

const transfers: ReadonlySet<string> = new Set(["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"]);
const arrangements: ReadonlySet<string> = new Set(["PORT", "EPRT", "PASV", "EPSV"]);

/** Of one session. */
export class ClassicManners {
  readonly #plan: FtpServerPlan;
  readonly #client: Endpoint;
  #isArranged = false;

  constructor(plan: FtpServerPlan, client: Endpoint) {
    this.#plan = plan;
    this.#client = client;
  }

  /** The reply to a command that the engine is not to see. */
  judge(line: string): string | undefined {
    const [, verb = "", argument = ""] = /^([A-Za-z]+) ?(.*)$/.exec(line) ?? [];
    const command = verb.toUpperCase();
    if (this.#plan.demandsTls === true && command === "USER") {
      return "530 Non-anonymous sessions must use encryption.";
    }
    if (arrangements.has(command)) return this.#arrange(command, argument);
    if (!transfers.has(command)) return undefined;
    const wasArranged = this.#isArranged;
    this.#isArranged = false;
    return wasArranged || this.#plan.defaultPorts === true ? undefined : "425 Use PORT or PASV first.";
  }

  #arrange(command: string, argument: string): string | undefined {
    const named =
      command === "PORT" ? read(parsePort, argument) : command === "EPRT" ? read(parseEprt, argument) : "any";
    const isOwn = named === "any" || (named !== undefined && sameHost(named.host, plainHost(this.#client.host)));
    this.#isArranged = isOwn || this.#plan.comparesAddresses === false;
    return this.#isArranged ? undefined : `500 Illegal ${command} command.`;
  }
}

function read(parse: (argument: string) => HostPort, argument: string): HostPort | undefined {
  try {
    return parse(argument);
  } catch {
    return undefined;
  }
}
