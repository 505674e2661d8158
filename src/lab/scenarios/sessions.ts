// A run from its FTP sessions: what is typed and what the stage does are made from the same.
import type { Endpoint } from "../../platform/endpoint.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { argumentsOf, type DataMode, type SallyportArgs, type SshArgs } from "../args.ts";
import type { Outcome } from "../evidence.ts";
import type { Run } from "../scenario.ts";
import type {
  ClientPlan,
  FtpServerPlan,
  LabClient,
  RunningProgram,
  SshdPlan,
  Stage,
  TransferResult,
} from "../stage.ts";
import { serverAddress } from "./topologies.ts";

export const works: Outcome = { works: true, reply: 226, dataBesideSsh: false };
export const worksInTheClear: Outcome = { works: true, reply: 226, dataBesideSsh: true };
export const failsWith = (reply: number, dataBesideSsh = false): Outcome => ({ works: false, reply, dataBesideSsh });

/** A server that does not compare addresses (vsftpd: port_promiscuous, pasv_promiscuous), as older ones never did. */
export const trusting: FtpServerPlan = { comparesAddresses: false };

/** What runs before anybody types. */
interface Setting {
  /** Of the FTP servers. */
  readonly server?: FtpServerPlan;
  /** Hosts with FTP servers. Default `server`. */
  readonly servers?: readonly string[];
  /** Where sshd runs, if a session goes through SSH. Default `server`. */
  readonly sshHost?: string;
  readonly sshd?: SshdPlan;
  /** Where the SSH host, or without SSH the FTP server, is reached. */
  readonly address?: string;
}

/** One FTP client, and what it goes through. */
export interface Session extends ClientPlan {
  /** `ssh -N` on the client's host. */
  readonly ssh?: Omit<SshArgs, "to">;
  /** `sallyport` there. Default of `local`: 2001:localhost:21. */
  readonly sallyport?: Partial<Omit<SallyportArgs, "to">>;
  /** The FTP client's host. Default `client`. */
  readonly from?: string;
  /** Where it connects to. Default: the forward, or what the server's address is. */
  readonly at?: Endpoint;
  /** Option of ftp(1). */
  readonly option?: "-d" | "-A" | "-p";
  /** What is typed next. */
  readonly commands?: readonly string[];
  /** The last session's is the run's; those before must work. */
  readonly transfer?: (client: LabClient, scene: Scene) => Promise<TransferResult>;
  /** Nobody listens there, and so it must be. */
  readonly isRefused?: boolean;
}

/** What is there when a session's client has logged in. */
export interface Scene {
  readonly stage: Stage;
  /** What was started last of its kind. */
  server?: RunningProgram;
  sshd?: RunningProgram;
  /** Of the sessions before. */
  readonly clients: LabClient[];
}

const nothing: TransferResult = { works: false, whole: false, reply: "" };

/** The sessions, one after the other. */
export function run(setting: Setting, ...sessions: readonly Session[]): Pick<Run, "typed" | "script"> {
  return {
    typed: sessions.flatMap((session) => typedLines(setting, session)),
    script: async (stage) => {
      const scene: Scene = { stage, clients: [] };
      const { servers = ["server"], sshHost = "server" } = setting;
      for (const host of servers) scene.server = await stage.ftpServer(host, setting.server);
      if (sessions.some(isThroughSsh)) scene.sshd = await stage.sshd(sshHost, setting.sshd);
      let result = nothing;
      for (const [index, session] of sessions.entries()) {
        result = await runSession(setting, session, scene);
        if (index < sessions.length - 1 && session.transfer !== undefined) assertWorks(result);
      }
      return result;
    },
  };
}

const isThroughSsh = ({ ssh, sallyport }: Session): boolean => ssh !== undefined || sallyport !== undefined;

const sallyportArgs = (to: string, args: Session["sallyport"]): SallyportArgs => ({
  to,
  local: ["2001:localhost:21"],
  ...args,
});

function endpointOf({ address = serverAddress }: Setting, session: Session): Endpoint {
  return session.at ?? (isThroughSsh(session) ? forwarded : { host: address, port: 21 });
}

/** Where a forward listens on the client's own host. */
const forwarded: Endpoint = { host: "127.0.0.1", port: 2001 };

function typedLines(setting: Setting, session: Session): readonly string[] {
  const { ssh, sallyport, from = "client", option, commands = [] } = session;
  const to = `user@${setting.address ?? serverAddress}`;
  const { host, port } = endpointOf(setting, session);
  const ftp = ["ftp", option, host === forwarded.host ? "localhost" : host, port === 21 ? undefined : port];
  return [
    ...(ssh === undefined ? [] : [`client$ ssh -N ${argumentsOf({ ...ssh, to }).join(" ")}`]),
    ...(sallyport === undefined ? [] : [`client$ sallyport ${argumentsOf(sallyportArgs(to, sallyport)).join(" ")}`]),
    `${from}$ ${ftp.filter((word) => word !== undefined).join(" ")}`,
    ...commands,
  ];
}

async function runSession(setting: Setting, session: Session, scene: Scene): Promise<TransferResult> {
  const { stage, clients } = scene;
  const { ssh, sallyport, from = "client", transfer, isRefused = false } = session;
  const to = setting.address ?? serverAddress;
  if (ssh !== undefined) await stage.ssh("client", { ...ssh, to });
  if (sallyport !== undefined) await stage.sallyport("client", sallyportArgs(to, sallyport));
  const login = stage.ftpClient(from, endpointOf(setting, session), session);
  if (isRefused) {
    await assertRefused(login);
    return nothing;
  }
  const client = await login;
  const result = await transfer?.(client, scene);
  clients.push(client);
  return result ?? nothing;
}

/** `/file` in each mode, which are of the same kind; ends with the first that fails. */
export const get = (...modes: readonly DataMode[]): Pick<Session, "option" | "transfer"> => ({
  option: modes[0] === "PORT" || modes[0] === "EPRT" ? "-A" : "-p",
  transfer: async (client) => {
    let result = nothing;
    for (const mode of modes) {
      result = await client.get(mode);
      if (!result.works) return result;
    }
    return result;
  },
});

/** What comes before the transfer that decides, and is no part of the question. Throws `INTERNAL`. */
export function assertWorks({ works: isDone, reply, system }: TransferResult): void {
  if (isDone) return;
  throw new SallyportError("INTERNAL", `the first transfer failed: ${reply} ${system ?? ""}`.trim());
}

async function assertRefused(login: Promise<LabClient>): Promise<void> {
  const isRefused = await login.then(
    () => false,
    (error: unknown) => {
      if (isSallyportError(error) && error.code === "NET_REFUSED") return true;
      throw error;
    },
  );
  if (!isRefused) throw new SallyportError("INTERNAL", "another host got in without -g");
}

/** `/file` of a becomes `/copy` of b. RFC 959 section 5.2: one server listens, the other one connects. The copy is then read back. */
export async function serverToServer(a: LabClient, b: LabClient): Promise<TransferResult> {
  const numbers = /\d+(?:,\d+){5}/.exec(await a.ask("PASV"))?.[0] ?? "";
  const agreed = await b.ask(`PORT ${numbers}`);
  if (!agreed.startsWith("2")) return { ...nothing, reply: agreed };
  const begun = await Promise.all([b.ask("STOR /copy"), a.ask("RETR /file")]);
  const refused = begun.find((reply) => !reply.startsWith("1"));
  if (refused !== undefined) return { ...nothing, reply: refused };
  const [sent, stored] = await Promise.all([a.reply(), b.reply()]);
  const copy = await b.get("PASV", "/copy");
  const isDone = sent.startsWith("226") && stored.startsWith("226");
  return { ...copy, works: isDone && copy.works, reply: stored };
}
