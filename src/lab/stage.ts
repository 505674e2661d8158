// What a scenario's script works on. Three kinds: a simulated network in virtual time, real programs in network namespaces, and
// the loopback address of this machine.
import type { Endpoint } from "../platform/endpoint.ts";
import type { DataMode, SallyportArgs, SshArgs } from "./args.ts";
import type { LabEvent, NetstatLine } from "./evidence.ts";
import type { Topology } from "./topology.ts";

/**
 * A stage while a scenario is run on it. Disposal clears it, whatever happened.
 */
export interface RunningStage extends AsyncDisposable {
  readonly stage: Stage;
  /** Runs a story: in a simulated network time passes only meanwhile. */
  run<T>(story: () => Promise<T>): Promise<T>;
  /** What was seen until now, in the order of time. */
  events(): readonly LabEvent[];
}

/**
 * Builds the hosts of a topology. `name` of what is run: where chance is made from a seed, two variants of a scenario do not
 * draw the same ports.
 */
export type OpenStage = (topology: Topology, name?: string) => Promise<RunningStage>;

/**
 * Programs run until the stage is cleared; what they write and do is in the evidence. Scripts name hosts to `ssh`, `sallyport`
 * and `user` by their addresses.
 */
export interface Stage {
  readonly kind: "simulated" | "real" | "loopback";
  /**
   * Starts an FTP server on port 21 of every address of a host. `/file`, `/big` (both of files.ts) and the directory `/pub`
   * are there, and beside them can be written. Any user may log in, with any password.
   */
  ftpServer(host: string, plan?: FtpServerPlan): Promise<RunningProgram>;
  /** Starts sshd on port 22. */
  sshd(host: string, plan?: SshdPlan): Promise<RunningProgram>;
  /** `ssh -N …` as it is typed on a host. Throws `SSH_FORWARD_REFUSED` when sshd refuses a `-R`. */
  ssh(host: string, args: SshArgs): Promise<RunningProgram>;
  /** `sallyport …` as it is typed on a host. */
  sallyport(host: string, args: SallyportArgs): Promise<RunningProgram>;
  /**
   * An FTP client of the old kind, logged in if the server lets it (`login`), with TYPE I. It does exactly what it is asked to, and
   * connects where the reply says. Throws `NET_*` when the server cannot be reached.
   */
  ftpClient(host: string, server: Endpoint, plan?: ClientPlan): Promise<LabClient>;
  /** `netstat -tan` of a host, into the evidence too. */
  netstat(host: string): Promise<readonly NetstatLine[]>;
  /** Lets time pass, for the waits of TCP. Only where nothing else can be waited for. */
  wait(ms: number): Promise<void>;
}

export interface RunningProgram {
  /** Gone at once, as after a crash or a pulled cable: nothing is closed in order. */
  vanish(): Promise<void>;
}

export interface FtpServerPlan {
  /** PORT must name the control connection's peer, and passive data must come from it. Default true. */
  readonly comparesAddresses?: boolean;
  /** Setting of S13: clients of `network` get `address` in 227. */
  readonly passiveAddress?: { readonly address: string; readonly network: string };
  readonly passivePorts?: { readonly first: number; readonly last: number };
  /** Without AUTH TLS nobody may log in (S19). */
  readonly demandsTls?: boolean;
  /** Without PORT and PASV it connects to the client's default data port (S17). Default false. */
  readonly defaultPorts?: boolean;
}

export interface SshdPlan {
  readonly gatewayPorts?: "no" | "yes" | "clientspecified";
  /** Listens also on ports that are the end of one of its connections: SO_REUSEADDR on both (S18). */
  readonly sharesPorts?: boolean;
}

export interface ClientPlan {
  /** Name in the evidence. Default `client`. */
  readonly name?: string;
  /** Its control connection's port can be shared (bind with SO_REUSEADDR), which mode default-port needs. Default false. */
  readonly sharesPort?: boolean;
}

/** All that it sends and receives is in the evidence. What is not in a reply is thrown. */
export interface LabClient {
  /** Its end of the control connection. */
  readonly local: Endpoint;
  /** Reply that ended the login: `230 …`, `530 …`. */
  readonly login: string;
  /** Sends a line and gives the reply's first line; empty when the connection has ended. */
  ask(line: string): Promise<string>;
  /** The next reply's first line, for the second reply of a transfer that was asked for with {@link ask}. */
  reply(): Promise<string>;
  /** `path`: default `/file`. */
  get(mode: DataMode, path?: string, meanwhile?: Meanwhile): Promise<TransferResult>;
  /** Sends the bytes of `/file`. `breakAfterBytes`: resets the data connection then, as a client that is killed does. */
  put(mode: DataMode, path: string, options?: { readonly breakAfterBytes?: number }): Promise<TransferResult>;
  list(mode: DataMode): Promise<TransferResult>;
  /** Goes away in the middle of what it does. */
  vanish(): Promise<void>;
  quit(): Promise<void>;
}

/** Something that happens in the middle of a download, when so much of it has come; the client does not read meanwhile. */
export interface Meanwhile {
  readonly afterBytes: number;
  readonly happens: () => Promise<void>;
}

/** How one transfer ended as its user sees it. */
export interface TransferResult {
  readonly works: boolean;
  /** Every byte came, and no other. For a listing: the name of the file is in it. */
  readonly whole: boolean;
  /** Reply that decided: the last one, `425 …` or `226 …`; empty when none came. */
  readonly reply: string;
  /** The error of the client's own system: `ECONNREFUSED`, `ETIMEDOUT`, `EADDRINUSE`. */
  readonly system?: string;
  /** How many bytes came or went; absent where there was no data connection. */
  readonly bytes?: number;
  /** Place of the first byte that is another one than in the file. */
  readonly wrongAt?: number;
}
