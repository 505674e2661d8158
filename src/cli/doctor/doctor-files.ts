// `--html FILE` and `--bundle FILE`: what an examination leaves beside the text.
import { execFile } from "node:child_process";
import type { ClientOptions } from "../../client/client-options.ts";
import { type BundleAbout, bundleText } from "../../doctor/bundle.ts";
import type { Facts } from "../../doctor/facts.ts";
import type { DoctorReport } from "../../doctor/report.ts";
import type { Secrets } from "../../doctor/scrub.ts";
import { assertNotDirectory, writeOutputFile } from "../../filesystem/output-file.ts";
import { verdictText } from "../../lab/figures/text/doctor-lines.ts";
import { systemClock } from "../../network/system-clock.ts";
import type { TraceEvent, TraceEventBody } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { limits } from "../../protocol/limits.ts";
import type { AskUser } from "../../ssh/ssh-connection.ts";
import { describeVersion } from "../version.ts";
import type { DoctorCommand } from "./doctor-command.ts";

type Files = Pick<DoctorCommand, "html" | "bundle" | "args" | "via" | "password">;

export class DoctorFiles {
  readonly #command: Files;
  readonly #env: NodeJS.ProcessEnv;
  readonly #beganMs: number = systemClock.nowMs();
  readonly #dialogue: TraceEvent[] = [];
  /** What the user has typed unseen. */
  readonly #answers: string[] = [];

  constructor(command: Files, env: NodeJS.ProcessEnv) {
    this.#command = command;
    this.#env = env;
  }

  /** Before anything is looked at. Throws `FS_IS_DIRECTORY`. */
  async check(): Promise<void> {
    for (const file of [this.#command.html, this.#command.bundle]) {
      if (file !== undefined) await assertNotDirectory(file);
    }
  }

  /** For a session; sessions are told apart by their numbers. */
  recorder(session: number): (event: TraceEventBody) => void {
    return (event) => {
      if (this.#command.bundle === undefined || this.#dialogue.length > limits.doctorBundleEventsMax) return;
      this.#dialogue.push({ ...event, session, timeMs: systemClock.nowMs() - this.#beganMs });
    };
  }

  /** Asks, and remembers what no file may show. */
  remembering(askUser: AskUser): AskUser {
    return async (question, signal) => {
      const answer = await askUser(question, signal);
      if (answer !== undefined && !question.echo) this.#answers.push(answer);
      return answer;
    };
  }

  /** Gives a line for each file. Throws `FS_*`. */
  async write(report: DoctorReport, facts: Facts, server: ClientOptions): Promise<readonly string[]> {
    const { html, bundle } = this.#command;
    if (html !== undefined) await writeOutputFile(html, await pageOf(report));
    if (bundle !== undefined) {
      const seen = { report, facts, dialogue: this.#dialogue };
      await writeOutputFile(bundle, bundleText(await this.#about(), seen, this.#secrets(server)), { mode: 0o600 });
    }
    return [
      ...(html === undefined ? [] : [`wrote ${html}`]),
      ...(bundle === undefined ? [] : [`wrote ${bundle}; read it before you give it away: it has the hosts' names`]),
    ];
  }

  async #about(): Promise<BundleAbout> {
    const { version, platform, arch } = process;
    return {
      program: describeVersion(),
      node: version,
      platform: `${platform} ${arch}`,
      ...definedProps({ sshClient: await sshVersion() }),
      args: this.#command.args,
      environment: Object.keys(this.#env).filter((name) => relevant.test(name)),
    };
  }

  #secrets(server: ClientOptions): Secrets {
    const { via, password } = this.#command;
    const inEnvironment = Object.entries(this.#env).flatMap(([name, value]) =>
      secretName.test(name) && value !== undefined && value.length >= shortestSecret ? [value] : [],
    );
    const given = [password, server.password, server.account].filter((one) => typeof one === "string");
    const users = [server.user, via?.ssh.user, this.#env["USER"], this.#env["LOGNAME"]];
    return {
      secrets: [...given, ...this.#answers, ...inEnvironment].filter((one) => !harmless.has(one)),
      users: users.filter((one) => one !== undefined && !harmless.has(one)) as string[],
    };
  }
}

const relevant = /^(?:SSH_|SALLYPORT|FTP|.*_PROXY$|LANG$|LC_ALL$|TERM$|NO_COLOR$|NODE_)/i;
const secretName = /PASS|TOKEN|SECRET|CREDENTIAL|(?:^|_)KEY$|API_?KEY/i;
/** `1` or `yes` is no secret, whatever its name. */
const shortestSecret = 4;
/** The names and passwords that everybody has. */
const harmless: ReadonlySet<string> = new Set(["", "anonymous", "ftp", "root"]);

async function pageOf(report: DoctorReport): Promise<string> {
  const [{ doctorPage }, { runForPage }, { scenarios }, { simulatedStage }] = await Promise.all([
    import("../../lab/figures/page/doctor-page.ts"),
    import("../../lab/run-scenario.ts"),
    import("../../lab/scenarios.ts"),
    import("../../lab/simulated/simulated-stage.ts"),
  ]);
  const numbers = new Set(report.findings.map(({ scenario }) => scenario));
  const shown = [];
  for (const scenario of scenarios) {
    if (numbers.has(scenario.number)) shown.push(await runForPage(scenario, simulatedStage()));
  }
  return doctorPage(report, verdictText(report), shown);
}

/** What `ssh -V` says; undefined where there is none. */
function sshVersion(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("ssh", ["-V"], { timeout: limits.doctorConnectMs }, (error, _, said) =>
      resolve(error === null ? said.trim() : undefined),
    );
  });
}
