// The FTP client of a real run, as the script sees it: words to a program on a host.
import { createInterface } from "node:readline";
import { systemTime } from "../../../network/system-clock.ts";
import type { Endpoint } from "../../../platform/endpoint.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { type ErrorCode, SallyportError } from "../../../protocol/error.ts";
import type { DataMode } from "../../args.ts";
import type { ClientEvent } from "../../client/client-events.ts";
import type { LabClient, Meanwhile, TransferResult } from "../../stage.ts";
import type { Program } from "../enclosure/program.ts";
import type { AgentAnswer, AgentMessage, AgentPlan, AgentQuestion, AgentRequest } from "./messages.ts";

export interface RemoteClientHooks {
  /** `time`: milliseconds since 1970. */
  notify(event: ClientEvent, time: number): void;
  /** A call of its system failed. */
  failed(call: string, error: string, time: number): void;
  /** It connects there now, or listens. */
  calls(type: "connects" | "listens", at: Endpoint, time: number): void;
}

interface Question {
  readonly resolve: (answer: AgentAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class RemoteClient implements LabClient {
  local: Endpoint = { host: "", port: 0 };
  login = "";
  readonly #program: Program;
  readonly #hooks: RemoteClientHooks;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  #meanwhile: Meanwhile | undefined;

  private constructor(program: Program, hooks: RemoteClientHooks) {
    this.#program = program;
    this.#hooks = hooks;
    const lines = createInterface({ input: program.output });
    lines.on("line", (line) => this.#receive(JSON.parse(line) as AgentMessage));
    void program.ended.then(() => {
      lines.close();
      const error = new SallyportError("CLOSED", `the FTP client has ended\n${program.log}`);
      this.#fail(error);
    });
  }

  /** Throws what the client throws at login. */
  static async logIn(program: Program, plan: AgentPlan, hooks: RemoteClientHooks): Promise<RemoteClient> {
    const user = new RemoteClient(program, hooks);
    const answer = await user.#asked(0, plan);
    if (answer.type === "logged-in") Object.assign(user, { local: answer.local, login: answer.login });
    return user;
  }

  ask(line: string): Promise<string> {
    return this.#text({ do: "ask", line });
  }

  reply(): Promise<string> {
    return this.#text({ do: "reply" });
  }

  async get(mode: DataMode, path?: string, meanwhile?: Meanwhile): Promise<TransferResult> {
    this.#meanwhile = meanwhile;
    const pause = definedProps({ pauseAfterBytes: meanwhile?.afterBytes });
    return this.#transfer({ do: "get", mode, ...definedProps({ path }), ...pause });
  }

  put(mode: DataMode, path: string, options: { readonly breakAfterBytes?: number } = {}): Promise<TransferResult> {
    return this.#transfer({ do: "put", mode, path, ...options });
  }

  list(mode: DataMode): Promise<TransferResult> {
    return this.#transfer({ do: "list", mode });
  }

  async vanish(): Promise<void> {
    this.#hooks.notify({ type: "note", text: "the client is gone" }, systemTime());
    await this.#program.kill();
  }

  async quit(): Promise<void> {
    await this.#send({ do: "quit" });
  }

  async #text(request: AgentRequest): Promise<string> {
    const answer = await this.#send(request);
    return answer.type === "reply" ? answer.text : "";
  }

  /** What is under way when the client vanishes ends as nothing. */
  async #transfer(request: AgentRequest): Promise<TransferResult> {
    const answer = await this.#send(request);
    return answer.type === "transferred" ? answer.result : { works: false, whole: false, reply: "" };
  }

  #send(request: AgentRequest): Promise<AgentAnswer> {
    this.#lastId += 1;
    return this.#asked(this.#lastId, { id: this.#lastId, request });
  }

  async #asked(id: number, words: AgentPlan | AgentQuestion): Promise<AgentAnswer> {
    const answer = await new Promise<AgentAnswer>((resolve, reject) => {
      this.#questions.set(id, { resolve, reject });
      this.#program.input.write(`${JSON.stringify(words)}\n`);
    });
    if (answer.type !== "failed") return answer;
    const { code, message, system } = answer;
    const details = system === undefined ? {} : { details: { system } };
    throw new SallyportError(code as ErrorCode, message, details);
  }

  #receive(message: AgentMessage): void {
    switch (message.type) {
      case "event":
        this.#hooks.notify(message.event, message.time);
        break;
      case "call":
        this.#hooks.failed(message.call, message.error, message.time);
        break;
      case "connects":
      case "listens":
        this.#hooks.calls(message.type, message.at, message.time);
        break;
      case "paused":
        void this.#happen();
        break;
      case "answer":
        this.#questions.get(message.id)?.resolve(message.answer);
        this.#questions.delete(message.id);
    }
  }

  async #happen(): Promise<void> {
    try {
      await this.#meanwhile?.happens();
      await this.#send({ do: "go-on" });
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#questions.values()) reject(error);
    this.#questions.clear();
  }
}
