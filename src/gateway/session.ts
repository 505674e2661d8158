// One session: a client's control connection, the server's, and the relay machine between them.
import { setMaxListeners } from "node:events";
import { onAbort } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { Tasks } from "../platform/tasks.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import type { RelayAction, RelayInput } from "../protocol/relay/messages.ts";
import { RelaySession } from "../protocol/relay/relay-session.ts";
import { gatewayReply } from "../protocol/relay/texts.ts";
import { formatReply, type Reply } from "../protocol/reply.ts";
import { ClientIdentity } from "./client-identity.ts";
import { ControlConnection } from "./control.ts";
import { DataEnds } from "./data-ends.ts";
import { DataPerformer, isDataAction } from "./data-performer.ts";
import { describe } from "./exchange-ends.ts";
import { type PortPolicy, portPolicyOf } from "./port-policy.ts";
import { RelayTimers } from "./relay-timers.ts";
import { tracedAction } from "./relay-trace.ts";
import { openServerControl, type ServerControl } from "./server-control.ts";
import { relayConfig, type SessionContext } from "./session-context.ts";

export class Session {
  readonly #context: SessionContext;
  readonly #front: Connection;
  readonly #machine: RelaySession;
  readonly #timers: RelayTimers;
  readonly #inputs: RelayInput[] = [];
  readonly #tasks: Tasks = new Tasks();
  readonly #abort: AbortController = new AbortController();
  readonly #identity: ClientIdentity;
  readonly #portPolicy: PortPolicy;
  #client: ControlConnection | undefined;
  #server: ControlConnection | undefined;
  #data: DataPerformer | undefined;
  #performing = false;
  #closingText: string | undefined;
  #reason = "";
  /** Nothing is heard any more: a timer that were set now would stay. */
  #isDeaf = false;
  readonly #over = new Deferred();

  constructor(context: SessionContext, front: Connection) {
    this.#context = context;
    this.#front = front;
    this.#identity = new ClientIdentity(front, context.environment);
    this.#portPolicy = portPolicyOf(context, front, this.#identity);
    this.#machine = new RelaySession(relayConfig(context, this.#portPolicy));
    this.#timers = new RelayTimers(context.environment.clock, (name) =>
      this.#feed({ type: "timer", name, bytes: this.#data?.bytes ?? 0 }),
    );
  }

  /** Settles when nothing of the session is left. Never rejects. */
  async run(): Promise<void> {
    const { options, environment } = this.#context;
    const target = formatEndpoint(options.target);
    const ends = { client: formatEndpoint(this.#front.remote), gateway: formatEndpoint(this.#front.local) };
    this.#emit({ type: "session.open", ...ends, target });
    const clientGone = (): void => this.#abort.abort(new Error("the client is gone"));
    this.#front.stream.once("close", clientGone);
    try {
      const server = await openServerControl(environment, options, this.#abort.signal);
      await this.#relay(server);
    } catch (error) {
      this.#reason = describe(error);
      this.#sayLast(gatewayReply("closing", this.#reason));
    }
    this.#isDeaf = true;
    this.#timers.clearAll();
    this.#data?.dropAll();
    await Promise.all([this.#server?.close(), this.#client?.close() ?? this.#front[Symbol.asyncDispose]()]);
    await this.#tasks.settled();
    this.#emit({ type: "session.close", reason: this.#reason });
  }

  /** Transfers under way. */
  get transfersRunning(): number {
    return this.#machine.transfersRunning;
  }

  /** Close as soon as no transfer is under way; the client is told `text` with 421. */
  closeWhenIdle(text: string): void {
    this.#closingText = text;
    this.#abort.abort(new Error(text));
    this.#closeIfIdle();
  }

  /** Close now. What is under way is aborted. */
  closeNow(text: string): void {
    this.#abort.abort(new Error(text));
    this.#feed({ type: "shutdown", text });
  }

  async #relay({ back, connection, controlEnd }: ServerControl): Promise<void> {
    const { clock } = this.#context.environment;
    const report = this.#feed;
    const ends = new DataEnds({
      context: this.#context,
      front: this.#front,
      client: this.#identity,
      portPolicy: this.#portPolicy,
      back,
      controlEnd,
      report,
      isUnderWay: (id) => this.#machine.hasBegun(id),
    });
    const reports = { clock, report, emit: this.#emit, track: (work: Promise<unknown>) => this.#tasks.track(work) };
    this.#data = new DataPerformer(reports, ends);
    setMaxListeners(0, back.signal); // one for each session
    this.#server = new ControlConnection(connection, {
      bytes: (bytes) => this.#feed({ type: "server-bytes", bytes }),
      ended: () => this.#feed({ type: "server-gone" }),
      gone: (text) => this.#feed(text === undefined ? { type: "server-gone" } : { type: "server-gone", text }),
    });
    this.#client = new ControlConnection(this.#front, {
      bytes: (bytes) => this.#feed({ type: "client-bytes", bytes }),
      ended: () => this.#feed({ type: "client-ended" }),
      gone: () => this.#feed({ type: "client-gone" }),
    });
    this.#performAll(this.#machine.start());
    const stopListening = onAbort(back.signal, () => this.closeNow(describe(back.signal.reason)));
    this.#closeIfIdle();
    await this.#over.promise;
    stopListening();
  }

  /** Inputs that come up while actions are performed wait their turn. */
  readonly #feed = (input: RelayInput): void => {
    if (this.#isDeaf) return;
    this.#inputs.push(input);
    if (this.#performing) return;
    this.#performing = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        this.#performAll(this.#machine.handle(next));
      }
    } catch (error) {
      this.#broken(error);
    }
    this.#performing = false;
    this.#closeIfIdle();
  };

  /** A mistake of ours ends this session, not the program; nothing may look complete. */
  #broken(error: unknown): void {
    this.#inputs.length = 0;
    this.#reason = `internal error: ${describe(error)}`;
    this.#data?.breakAll();
    this.#client?.write(formatReply(gatewayReply("closing", this.#reason)));
    this.#over.resolve();
  }

  #performAll(actions: readonly RelayAction[]): void {
    for (const action of actions) this.#perform(action);
  }

  #perform(action: RelayAction): void {
    if (isDataAction(action)) this.#data?.perform(action);
    else if (action.type === "write-downstream") this.#client?.write(action.bytes);
    else if (action.type === "write-upstream") this.#server?.write(action.bytes);
    else if (action.type === "set-timer") this.#timers.set(action.name, action.delayMs);
    else if (action.type === "clear-timer") this.#timers.clear(action.name);
    else if (action.type === "close") {
      this.#reason = action.reason;
      this.#over.resolve();
    } else this.#emit(tracedAction(action));
  }

  #closeIfIdle(): void {
    const text = this.#closingText;
    if (text === undefined || this.#performing || this.#machine.transfersRunning > 0) return;
    this.#closingText = undefined;
    this.#feed({ type: "shutdown", text });
  }

  /** Before there is a server to relay for. */
  #sayLast(reply: Reply): void {
    const { stream } = this.#front;
    this.#emit({ type: "ftp.reply", side: "downstream", origin: "gateway", lines: reply.lines });
    stream.on("error", () => {});
    stream.resume();
    if (!stream.destroyed && !stream.writableEnded) stream.write(formatReply(reply));
  }

  readonly #emit = (event: TraceEventBody): void => this.#context.environment.emit(this.#context.id, event);
}
