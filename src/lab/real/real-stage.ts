// The stage of real programs in network namespaces.
import { systemTime } from "../../network/system-clock.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { SallyportArgs, SshArgs } from "../args.ts";
import type { NetstatLine } from "../evidence.ts";
import type { EvidenceLog } from "../evidence-log.ts";
import type { ClientPlan, FtpServerPlan, LabClient, RunningProgram, SshdPlan, Stage } from "../stage.ts";
import { RemoteClient } from "./agent/remote-client.ts";
import type { Wiretap } from "./capture/wiretap.ts";
import type { Enclosure } from "./enclosure/enclosure.ts";
import type { Program } from "./enclosure/program.ts";
import { labFileSizes, startFtpServer } from "./programs/ftp-servers.ts";
import { realPrograms } from "./programs/needed.ts";
import { sallyportCommand, startSsh, startSshd } from "./programs/ssh.ts";

interface RealStageParts {
  readonly enclosure: Enclosure;
  readonly tap: Wiretap;
  readonly log: EvidenceLog;
  readonly clock: Clock;
}

export class RealStage implements Stage {
  readonly kind = "real";
  readonly #parts: RealStageParts;

  constructor(parts: RealStageParts) {
    this.#parts = parts;
  }

  async ftpServer(host: string, plan: FtpServerPlan = {}): Promise<RunningProgram> {
    return this.#control(host, "the FTP server", await startFtpServer(this.#parts.enclosure, host, plan));
  }

  async sshd(host: string, plan: SshdPlan = {}): Promise<RunningProgram> {
    const { enclosure } = this.#parts;
    return this.#control(host, "sshd", await startSshd(enclosure, host, plan));
  }

  async ssh(host: string, args: SshArgs): Promise<RunningProgram> {
    return this.#control(host, "ssh", await startSsh(this.#parts.enclosure, host, args));
  }

  async sallyport(host: string, args: SallyportArgs): Promise<RunningProgram> {
    const { enclosure } = this.#parts;
    const env = { HOME: enclosure.inside("home"), TMPDIR: enclosure.inside("tmp") };
    const program = enclosure.start(host, sallyportCommand(args), { env });
    await program.logged(/^ftp:\/\/\S+ -> \S+ through \S+/m);
    return this.#control(host, "sallyport", program);
  }

  async ftpClient(host: string, server: Endpoint, plan: ClientPlan = {}): Promise<LabClient> {
    const { enclosure } = this.#parts;
    const program = enclosure.start(host, [process.execPath, realPrograms.agent], { hasOutput: true });
    const { log, tap } = this.#parts;
    return RemoteClient.logIn(
      program,
      { server, files: labFileSizes, ...(plan.sharesPort === true ? { localAddress: "0.0.0.0" } : {}) },
      (event, timeMs) => log.clientEvent(host, plan.name ?? "client", event, tap.sinceBegin(timeMs)),
    );
  }

  async netstat(host: string): Promise<readonly NetstatLine[]> {
    const rows = parseSocketList(await this.#parts.enclosure.script("ss -tanH", host));
    this.#add({ type: "netstat", host, rows });
    return rows;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.after(ms, resolve);
    });
  }

  #control(host: string, title: string, program: Program): RunningProgram {
    return {
      vanish: async () => {
        this.#add({ type: "note", host, text: `${title} is gone` });
        await program.kill();
      },
    };
  }

  #add(event: Parameters<EvidenceLog["add"]>[0]): void {
    this.#parts.log.add(event, this.#parts.tap.sinceBegin(systemTime()));
  }
}

// `ss -tan` in the words of netstat.
const states: Readonly<Record<string, string>> = {
  ESTAB: "ESTABLISHED",
  "SYN-SENT": "SYN_SENT",
  "SYN-RECV": "SYN_RECV",
  "FIN-WAIT-1": "FIN_WAIT1",
  "FIN-WAIT-2": "FIN_WAIT2",
  "TIME-WAIT": "TIME_WAIT",
  "CLOSE-WAIT": "CLOSE_WAIT",
  "LAST-ACK": "LAST_ACK",
  UNCONN: "CLOSED",
};

/** Lines of `ss -tanH`: state, two queues, local end, remote end. */
export function parseSocketList(text: string): NetstatLine[] {
  return text.split("\n").flatMap((row) => {
    const [state = "", , , local = "", remote = ""] = row.trim().split(/\s+/);
    if (local === "") return [];
    return [{ local: plain(local), remote: plain(remote), state: states[state] ?? state }];
  });
}

/** `*:21` and `[::ffff:10.0.0.1]:21` are IPv4 here, as nothing else exists in these worlds. */
function plain(end: string): string {
  return end.replace(/^\[::ffff:([\d.]+)\]/, "$1").replace(/^(?:\*|\[::\]):/, "0.0.0.0:");
}
