// The FTP client of a real run, as the script sees it: calls to a program on a host.
import { createInterface } from "node:readline";
import { systemTime } from "../../../network/system-clock.ts";
import { Deferred } from "../../../platform/deferred.ts";
import type { Endpoint } from "../../../platform/endpoint.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { type ErrorCode, SallyportError } from "../../../protocol/error.ts";
import type { DataMode } from "../../args.ts";
import type { ClientEvent } from "../../client/client-events.ts";
import type { LabClient, Meanwhile, TransferResult } from "../../stage.ts";
import type { Program } from "../enclosure/program.ts";
import type { AgentCall, AgentLogin, AgentMessage, AgentPlan } from "./messages.ts";

/** `time`: milliseconds since 1970. */
type Notify = (event: ClientEvent, time: number) => void;

export class RemoteClient implements LabClient {
  local: Endpoint = { host: "", port: 0 };
  login = "";
  readonly #program: Program;
  readonly #notify: Notify;
  readonly #calls = new Map<number, Deferred<unknown>>();
  #lastId = 0;
  #meanwhile: Meanwhile | undefined;

  private constructor(program: Program, notify: Notify) {
    this.#program = program;
    this.#notify = notify;
    const lines = createInterface({ input: program.output });
    lines.on("line", (line) => this.#receive(JSON.parse(line) as AgentMessage));
    void program.ended.then(() => {
      lines.close();
      this.#fail(new SallyportError("CLOSED", `the FTP client has ended\n${program.log}`));
    });
  }

  /** Throws what the client throws at login. */
  static async logIn(program: Program, plan: AgentPlan, notify: Notify): Promise<RemoteClient> {
    const client = new RemoteClient(program, notify);
    const { local, login } = await client.#send<AgentLogin>(0, plan);
    return Object.assign(client, { local, login });
  }

  ask(line: string): Promise<string> {
    return this.#call("ask", line);
  }

  reply(): Promise<string> {
    return this.#call("reply");
  }

  get(mode: DataMode, path?: string, meanwhile?: Meanwhile): Promise<TransferResult> {
    this.#meanwhile = meanwhile;
    return this.#call("get", mode, path, meanwhile?.afterBytes);
  }

  put(mode: DataMode, path: string, options: { readonly breakAfterBytes?: number } = {}): Promise<TransferResult> {
    return this.#call("put", mode, path, options);
  }

  list(mode: DataMode): Promise<TransferResult> {
    return this.#call("list", mode);
  }

  async vanish(): Promise<void> {
    this.#notify({ type: "note", text: "the client is gone" }, systemTime());
    await this.#program.kill();
  }

  quit(): Promise<void> {
    return this.#call("quit");
  }

  #call<T>(method: AgentCall["method"], ...args: readonly unknown[]): Promise<T> {
    this.#lastId += 1;
    return this.#send<T>(this.#lastId, { id: this.#lastId, method, args });
  }

  #send<T>(id: number, line: AgentPlan | AgentCall): Promise<T> {
    const call = new Deferred<unknown>();
    this.#calls.set(id, call);
    this.#program.input.write(`${JSON.stringify(line)}\n`);
    return call.promise as Promise<T>;
  }

  #receive(message: AgentMessage): void {
    if (message.type === "event") this.#notify(message.event, message.time);
    else if (message.type === "paused") void this.#happen();
    else {
      const call = this.#calls.get(message.id);
      this.#calls.delete(message.id);
      if (message.type === "result") call?.resolve(message.result);
      else call?.reject(errorOf(message));
    }
  }

  async #happen(): Promise<void> {
    try {
      await this.#meanwhile?.happens();
      await this.#call("resume");
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}

function errorOf({ code, message, system }: Extract<AgentMessage, { type: "failed" }>): SallyportError {
  return new SallyportError(code as ErrorCode, message, { details: definedProps({ system }) });
}
