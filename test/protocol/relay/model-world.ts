// Client, relay machine, server and the data connections between them, as one system that a list of numbers drives.
import type { RelayAction, RelayInput, TimerName } from "../../../src/protocol/relay/messages.ts";
import { RelaySession } from "../../../src/protocol/relay/relay-session.ts";
import { unwire, wire } from "../bytes.ts";
import { ReplyChecker } from "./model-client.ts";
import { ModelData } from "./model-data.ts";
import { ModelServer, type ServerKind } from "./model-server.ts";

export interface Scenario {
  readonly kind: ServerKind;
  readonly upstreamMode: "auto" | "passive" | "active";
  readonly keepaliveMs: number;
  /** The client's command lines, in order. */
  readonly lines: readonly string[];
  /** The client breaks data connections off; connections and listeners fail. */
  readonly mishaps: boolean;
}

type Step = () => void;

export class ModelWorld {
  readonly scenario: Scenario;
  readonly checker: ReplyChecker = new ReplyChecker();
  readonly server: ModelServer;
  readonly data: ModelData;
  /** All that the machine was told, in order: to tell it again in other pieces. */
  readonly inputs: RelayInput[] = [];
  readonly #machine: RelaySession;
  readonly #lines: string[];
  readonly #replies: string[] = [];
  readonly #timers = new Set<TimerName>();
  #toClient = "";
  #toServer = "";
  #keepalives = 3;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.#lines = [...scenario.lines];
    this.server = new ModelServer(scenario.kind, (reply) => this.#replies.push(reply));
    this.data = new ModelData(this.server, scenario.mishaps, (input) => this.#input(input));
    this.#machine = new RelaySession(relayConfig(scenario));
    this.#perform(this.#machine.start());
  }

  /** Goes on until nothing more can happen; fails when it never ends or when somebody waits for ever. */
  run(choices: readonly number[]): void {
    for (const choice of choices) this.#step(choice);
    for (let steps = 0; this.#step(steps) || this.#waitLong(); steps += 1) {
      if (steps > 3000) throw new Error("it does not settle");
    }
    const { waiting } = this.checker;
    if (waiting.length > 0) throw new Error(`never answered: ${waiting.join(", ")}`);
    if (this.#machine.transfersRunning > 0) throw new Error("a transfer is left over");
  }

  #step(choice: number): boolean {
    const steps = this.#steps();
    steps[choice % steps.length]?.();
    return steps.length > 0;
  }

  #steps(): Step[] {
    // In this order: the data ends settle first what the server then sees.
    const steps: Step[] = [...this.data.steps(), ...this.server.steps()];
    if (this.#lines.length > 0) steps.push(() => this.#send(1));
    if (this.#lines.length > 1) steps.push(() => this.#send(3));
    const [reply] = this.#replies;
    if (reply !== undefined) {
      steps.push(() => this.#input({ type: "server-bytes", bytes: wire(`${this.#replies.shift()}\r\n`) }));
    }
    if (this.#timers.has("keepalive") && this.#keepalives > 0) {
      steps.push(() => {
        this.#keepalives -= 1;
        this.#fire("keepalive");
      });
    }
    return steps;
  }

  /** Nothing happens any more but the passing of time. */
  #waitLong(): boolean {
    if (this.server.giveUp()) return true;
    const name = (["abort-hold", "abort-probe", "data-open", "late-data"] as const).find((timer) =>
      this.#timers.has(timer),
    );
    if (name !== undefined) this.#fire(name);
    return name !== undefined;
  }

  #fire(name: TimerName): void {
    this.#timers.delete(name);
    this.#input({ type: "timer", name, bytes: 0 });
  }

  #send(count: number): void {
    const lines = this.#lines.splice(0, count);
    for (const line of lines) this.checker.ask(line);
    this.#input({ type: "client-bytes", bytes: wire(lines.map((line) => `${line}\r\n`).join("")) });
  }

  #input(input: RelayInput): void {
    this.inputs.push(input);
    this.#perform(this.#machine.handle(input));
  }

  #perform(actions: readonly RelayAction[]): void {
    for (const action of actions) {
      if (action.type === "write-downstream")
        this.#toClient = eachLine(this.#toClient + unwire(action.bytes), this.checker.reply);
      else if (action.type === "write-upstream")
        this.#toServer = eachLine(this.#toServer + unwire(action.bytes), this.server.take);
      else if (action.type === "set-timer") this.#timers.add(action.name);
      else if (action.type === "clear-timer") this.#timers.delete(action.name);
      else if (action.type === "close") throw new Error(`closed: ${action.reason}`);
      else this.data.perform(action);
    }
  }
}

/** A client may name only its own address. */
export function relayConfig({ upstreamMode, keepaliveMs }: Scenario): ConstructorParameters<typeof RelaySession>[0] {
  return {
    upstreamMode,
    keepaliveMs,
    memory: { passiveReaches: false },
    family: 4,
    clientHost: "127.0.0.1",
    target: "ftp-host:21",
    judgeTarget: ({ host }) => (host === "127.0.0.1" ? { allowed: true } : { allowed: false, why: "no" }),
  };
}

/** Calls back with each whole line; what is left is the rest. */
function eachLine(text: string, take: (line: string) => void): string {
  const lines = text.split("\r\n");
  const rest = lines.pop() ?? "";
  for (const line of lines) take(line);
  return rest;
}
