// What scripts of several scenarios do.
import type { Endpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { UpstreamMode } from "../../protocol/relay/messages.ts";
import type { FrontMode } from "../args.ts";
import type { Outcome } from "../evidence.ts";
import type { FtpServerPlan, LabClient, Stage, TransferResult } from "../stage.ts";
import { serverAddress } from "./topologies.ts";

/** Where a forward listens for the client on its own host. */
export const forwarded: Endpoint = { host: "127.0.0.1", port: 2001 };

export const works: Outcome = { works: true, reply: 226, dataBesideSsh: false };
export const worksInTheClear: Outcome = { works: true, reply: 226, dataBesideSsh: true };
export const failsWith = (reply: number, dataBesideSsh = false): Outcome => ({ works: false, reply, dataBesideSsh });

/** A server that was told not to compare addresses (vsftpd: port_promiscuous, pasv_promiscuous), as older ones never did. */
export const trusting: FtpServerPlan = { comparesAddresses: false };

export interface PlainSteps {
  readonly mode: FrontMode;
  /** `[bind:]port:host:hostport` of -L. */
  readonly local: string;
  /** Where the client connects to. Default: 127.0.0.1:2001. */
  readonly at?: Endpoint;
  readonly server?: FtpServerPlan;
}

/** FTP server, sshd, `ssh -L`, and one download through it. */
export const throughSsh =
  ({ mode, local, at = forwarded, server = {} }: PlainSteps) =>
  async (stage: Stage): Promise<TransferResult> => {
    await stage.ftpServer("server", server);
    await stage.sshd("server");
    await stage.ssh("client", { to: serverAddress, local: [local] });
    return (await stage.ftpClient("client", at)).get(mode);
  };

/** One download without SSH. */
export const direct =
  (mode: FrontMode, server: FtpServerPlan = {}) =>
  async (stage: Stage): Promise<TransferResult> => {
    await stage.ftpServer("server", server);
    return (await stage.ftpClient("client", { host: serverAddress, port: 21 })).get(mode);
  };

export interface SallyportSteps {
  readonly modes: readonly FrontMode[];
  readonly via?: string;
  readonly forward?: string;
  readonly at?: Endpoint;
  readonly isForAll?: boolean;
  readonly back?: UpstreamMode;
  readonly server?: FtpServerPlan;
}

/** FTP server, sshd, Sallyport, and a download through it in each mode; the last one decides, the others must work. */
export const throughSallyport =
  (steps: SallyportSteps) =>
  async (stage: Stage): Promise<TransferResult> => {
    const { via = serverAddress, forward = "2001:localhost:21", at = forwarded, isForAll = false, server = {} } = steps;
    await stage.ftpServer("server", server);
    await stage.sshd("server");
    const back = definedProps({ back: steps.back });
    await stage.sallyport("client", { via, forwards: [forward], isForAll, ...back });
    return downloads(await stage.ftpClient("client", at), steps.modes);
  };

/** One download in each mode; ends with the first that fails. */
export async function downloads(user: LabClient, modes: readonly FrontMode[]): Promise<TransferResult> {
  let result: TransferResult = { works: false, whole: false, reply: "" };
  for (const mode of modes) {
    result = await user.get(mode);
    if (!result.works) return result;
  }
  return result;
}

/** `/file` of a becomes `/copy` of b. RFC 959 section 5.2: one server listens, the other one is told where. The copy is then read back. */
export async function serverToServer(a: LabClient, b: LabClient): Promise<TransferResult> {
  const numbers = /\d+(?:,\d+){5}/.exec(await a.ask("PASV"))?.[0] ?? "";
  const agreed = await b.ask(`PORT ${numbers}`);
  if (!agreed.startsWith("2")) return { works: false, whole: false, reply: agreed };
  const begun = await Promise.all([b.ask("STOR /copy"), a.ask("RETR /file")]);
  const refused = begun.find((reply) => !reply.startsWith("1"));
  if (refused !== undefined) return { works: false, whole: false, reply: refused };
  const [sent, stored] = await Promise.all([a.reply(), b.reply()]);
  const copy = await b.get("PASV", "/copy");
  const isDone = sent.startsWith("226") && stored.startsWith("226");
  return { ...copy, works: isDone && copy.works, reply: stored };
}

/** What comes before the transfer that decides, and is no part of the question. Throws `INTERNAL`. */
export function assertWorks({ works: isDone, reply, system }: TransferResult): void {
  if (isDone) return;
  throw new SallyportError("INTERNAL", `the first transfer failed: ${reply} ${system ?? ""}`.trim());
}

/** Whether an attempt to log in is refused by the system. */
export async function isRefused(attempt: Promise<LabClient>): Promise<boolean> {
  try {
    await attempt;
    return false;
  } catch (error) {
    if (isSallyportError(error) && error.code === "NET_REFUSED") return true;
    throw error;
  }
}
