// One session: a client's control connection, the server's, and the relay machine between them.
import { ClientIdentity } from "../admission/client-identity.ts";
import { onAbort, SpareAborts } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { Deferred } from "../platform/deferred.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import { LaterWork } from "../platform/later-work.ts";
import type { Connection } from "../platform/network.ts";
import { PassiveReplyPause } from "../platform/passive-reply-pause.ts";
import { Tasks } from "../platform/tasks.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { judgeTarget, type TargetPolicy } from "../protocol/data-peers.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { ipFamily, plainHost } from "../protocol/ip-address.ts";
import type { RelayAction, RelayConfig, RelayInput, TimerName } from "../protocol/relay/messages.ts";
import { RelaySession } from "../protocol/relay/relay-session.ts";
import { gatewayReply } from "../protocol/relay/texts.ts";
import { formatReply, type Reply } from "../protocol/reply.ts";
import { ControlConnection, openUpstreamControl, type UpstreamControl } from "./control-connections.ts";
import { DataActions, isDataAction, type SessionContext } from "./data-actions.ts";
import type { DownstreamTls } from "./environment.ts";
import { describe } from "./transfer-connections.ts";

export class Session {
  readonly #context: SessionContext;
  /** As it came, or with implicit TLS what is inside that. */
  #downstream: Connection;
  readonly #downstreamTls: DownstreamTls | undefined;
  readonly #machine: RelaySession;
  readonly #timers: RelayTimers;
  readonly #inputs: RelayInput[] = [];
  readonly #later = new LaterWork(() => this.#work(() => this.#later.catchUp()));
  readonly #tasks: Tasks = new Tasks();
  /** Aborted when nothing new is to be begun. */
  readonly #abort: AbortController = new AbortController();
  /** Aborted when it is over. */
  readonly #life: AbortController = new AbortController();
  readonly #identity: ClientIdentity;
  readonly #targetPolicy: TargetPolicy;
  readonly #passiveReplyPause: PassiveReplyPause;
  #client: ControlConnection | undefined;
  #server: ControlConnection | undefined;
  /** What {@link #server} runs over. */
  #upstream: UpstreamControl | undefined;
  #stopListening: () => void = () => {};
  #data: DataActions | undefined;
  #performing = false;
  #closingText: string | undefined;
  #reason = "";
  /** Nothing is received any more: a timer that were set now would stay. */
  #isStopped = false;
  readonly #over = new Deferred();

  constructor(context: SessionContext, downstream: Connection) {
    this.#context = context;
    this.#downstream = downstream;
    this.#downstreamTls = context.options.downstreamTls?.open();
    this.#identity = new ClientIdentity(downstream, context.environment);
    this.#targetPolicy = targetPolicyOf(context, downstream, this.#identity);
    this.#passiveReplyPause = new PassiveReplyPause(context.environment.clock);
    this.#machine = new RelaySession(relayConfig(context, this.#targetPolicy));
    this.#timers = new RelayTimers(context.environment.clock, (name) =>
      this.#feed({ type: "timer", name, bytes: this.#data?.bytes ?? 0 }),
    );
  }

  /** Settles when nothing of the session is left. Never rejects. */
  async run(): Promise<void> {
    const { options, environment } = this.#context;
    const target = formatEndpoint(options.target);
    const ends = { client: formatEndpoint(this.#downstream.remote), gateway: formatEndpoint(this.#downstream.local) };
    this.#emit({ type: "session.open", ...ends, target });
    const clientGone = (): void => this.#abort.abort(new Error("the client is gone"));
    this.#downstream.stream.once("close", clientGone);
    try {
      await this.#secureAtOnce();
      const server = await openUpstreamControl(environment, options, this.#abort.signal);
      await this.#relay(server);
    } catch (error) {
      this.#reason = describe(error);
      this.#sendFinalReply(gatewayReply("closing", this.#reason));
    }
    this.#isStopped = true;
    this.#life.abort(new Error("the session is over"));
    this.#stopListening();
    this.#timers.clearAll();
    this.#later.forget();
    this.#data?.dropAll();
    await Promise.all([this.#server?.close(), this.#client?.close() ?? this.#downstream[Symbol.asyncDispose]()]);
    await this.#tasks.settled();
    this.#emit({ type: "session.close", reason: this.#reason });
  }

  /** Implicit TLS, before anything is said. */
  async #secureAtOnce(): Promise<void> {
    const isImplicit = this.#context.options.downstreamTls?.mode === "implicit";
    if (!isImplicit || this.#downstreamTls === undefined) return;
    this.#downstream = await this.#downstreamTls.secure(this.#downstream, this.#abort.signal);
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

  async #relay(server: UpstreamControl): Promise<void> {
    this.#use(server);
    this.#data = new DataActions({
      context: this.#context,
      downstream: this.#downstream,
      client: this.#identity,
      targetPolicy: this.#targetPolicy,
      downstreamTls: this.#downstreamTls,
      protectsClient: () => this.#machine.protectsClient,
      passiveReplyPause: this.#passiveReplyPause,
      server: () => this.#upstream ?? server,
      reports: {
        clock: this.#context.environment.clock,
        report: this.#feed,
        emit: this.#emit,
        track: (work) => this.#tasks.track(work),
        spareAborts: new SpareAborts(),
        retains: (this.#context.options.surviveMs ?? 0) > 0,
      },
      hasBegun: (id) => this.#machine.hasBegun(id),
    });
    this.#client = this.#clientControl(this.#downstream);
    this.#performAll(this.#machine.start());
    this.#closeIfIdle();
    await this.#over.promise;
  }

  /** From now on this is the way to the server. */
  #use(server: UpstreamControl): void {
    const { signal } = server.upstream;
    this.#stopListening();
    this.#upstream = server;
    this.#server = this.#serverControl(server.connection);
    this.#stopListening = onAbort(signal, () => {
      const text = describe(signal.reason);
      if (this.#survives) this.#feed({ type: "server-gone", text });
      else this.closeNow(text);
    });
  }

  #clientControl(connection: Connection): ControlConnection {
    return new ControlConnection(connection, {
      bytes: (bytes) => {
        this.#passiveReplyPause.received(bytes);
        this.#feed({ type: "client-bytes", bytes });
      },
      ended: () => this.#feed({ type: "client-ended" }),
      gone: () => this.#feed({ type: "client-gone" }),
    });
  }

  #serverControl(connection: Connection): ControlConnection {
    return new ControlConnection(connection, {
      bytes: (bytes) => this.#feed({ type: "server-bytes", bytes }),
      ended: (text) => this.#feed({ type: "server-gone", ...definedProps({ text }) }),
      gone: (text) => this.#feed({ type: "server-gone", ...definedProps({ text }) }),
    });
  }

  /** The server has agreed to TLS. */
  async #secureUpstream(): Promise<void> {
    const { tls } = this.#upstream ?? {};
    if (this.#server === undefined || tls === undefined) return;
    const connection = await tls.secureControl(this.#server.release(), this.#life.signal);
    this.#server = this.#serverControl(connection);
    if (this.#isStopped) await this.#server.close();
    this.#feed({ type: "upstream-secured" });
  }

  /** The server has hung up for want of TLS, or is lost. */
  async #reconnectUpstream(): Promise<void> {
    this.#stopListening();
    const old = this.#server?.release();
    old?.reset();
    await old?.closed;
    const { options, environment } = this.#context;
    const server = await openUpstreamControl(environment, options, this.#life.signal);
    this.#use(server);
    if (this.#isStopped) await this.#server?.close();
    this.#feed({ type: "upstream-connected" });
  }

  /** One attempt; the machine decides whether there is another. */
  async #reopenUpstream(): Promise<void> {
    try {
      await this.#reconnectUpstream();
    } catch (error) {
      this.#feed({ type: "server-unreachable", text: describe(error) });
    }
  }

  /** Sessions are made again when the server is lost. */
  get #survives(): boolean {
    const { surviveMs = 0, holdMs = 0 } = this.#context.options;
    return surviveMs > 0 || holdMs > 0;
  }

  /** AUTH TLS has been answered with 234. */
  async #secureDownstream(): Promise<void> {
    if (this.#client === undefined || this.#downstreamTls === undefined) return;
    try {
      const connection = await this.#downstreamTls.secure(this.#client.release(), this.#life.signal);
      this.#client = this.#clientControl(connection);
      if (this.#isStopped) await this.#client.close();
      this.#feed({ type: "downstream-secured" });
    } catch (error) {
      this.#emit({ type: "relay.note", note: describe(error) });
      this.#feed({ type: "client-gone" });
    }
  }

  /** What may fail, and then the server is gone. */
  #attempt(work: Promise<void>): void {
    this.#tasks.track(work.catch((error) => this.#feed({ type: "server-gone", text: describe(error) })));
  }

  readonly #feed = (input: RelayInput): void => {
    if (this.#isStopped) return;
    this.#inputs.push(input);
    if (!this.#performing) this.#work();
  };

  /** Inputs that come up while actions are performed wait their turn. */
  #work(first?: () => void): void {
    this.#performing = true;
    try {
      first?.();
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        this.#performAll(this.#machine.handle(next));
      }
    } catch (error) {
      this.#broken(error);
    }
    this.#performing = false;
    this.#closeIfIdle();
  }

  /** A mistake of ours ends this session, not the program; nothing may look complete. */
  #broken(error: unknown): void {
    this.#inputs.length = 0;
    this.#later.forget();
    this.#reason = `internal error: ${describe(error)}`;
    this.#data?.resetAll();
    this.#client?.write(formatReply(gatewayReply("closing", this.#reason)));
    this.#over.resolve();
  }

  #performAll(actions: readonly RelayAction[]): void {
    for (const action of actions) {
      if (mayWait.has(action.type)) this.#later.add(() => this.#perform(action));
      else {
        if (!overtakes.has(action.type)) this.#later.catchUp();
        this.#perform(action);
      }
    }
  }

  #perform(action: RelayAction): void {
    if (isDataAction(action)) this.#data?.perform(action);
    else if (action.type === "write-downstream") this.#client?.write(action.bytes, action.mayWait);
    else if (action.type === "write-upstream") this.#server?.write(action.bytes);
    else if (action.type === "set-timer") this.#timers.set(action.name, action.delayMs);
    else if (action.type === "clear-timer") this.#timers.clear(action.name);
    else if (action.type === "secure-downstream") this.#tasks.track(this.#secureDownstream());
    else if (action.type === "secure-upstream") this.#attempt(this.#secureUpstream());
    else if (action.type === "reconnect-upstream") this.#attempt(this.#reconnectUpstream());
    else if (action.type === "reopen-upstream") this.#tasks.track(this.#reopenUpstream());
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
  #sendFinalReply(reply: Reply): void {
    const { stream } = this.#downstream;
    this.#emit({ type: "ftp.reply", side: "downstream", origin: "gateway", lines: reply.lines });
    stream.on("error", () => {});
    stream.resume();
    if (!stream.destroyed && !stream.writableEnded) stream.write(formatReply(reply));
  }

  readonly #emit = (event: TraceEventBody): void => this.#context.environment.emit(this.#context.id, event);
}

/** Nobody waits for it: the client has its answer first, and the server its command. */
const mayWait: ReadonlySet<RelayAction["type"]> = new Set(["connect-upstream", "copy"]);

/** What does not build on that. All else comes in order. */
const overtakes: ReadonlySet<RelayAction["type"]> = new Set([
  "write-downstream",
  "listen-downstream",
  "set-timer",
  "clear-timer",
  "sent",
  "replied",
  "note",
  "warning",
]);

function targetPolicyOf(context: SessionContext, downstream: Connection, client: ClientIdentity): TargetPolicy {
  const { options, environment, registry } = context;
  return {
    client: client.host,
    here: { host: plainHost(downstream.local.host), port: downstream.local.port },
    ownAddresses: environment.ownAddresses,
    allowThirdParty: options.allowThirdParty,
    isJoin: (address) => registry.find(address, client) !== undefined,
    isDataPort: (address, isHere) => registry.has(address, isHere),
  };
}

/** What the relay machine is to know. */
function relayConfig({ options, memory, environment }: SessionContext, policy: TargetPolicy): RelayConfig {
  return {
    upstreamMode: options.upstreamMode,
    family: ipFamily(policy.client) ?? 4,
    clientHost: policy.client,
    target: formatEndpoint(options.target),
    keepaliveMs: options.keepaliveMs,
    upstreamTls: options.upstreamTls?.mode ?? "off",
    downstreamTls: options.downstreamTls?.mode ?? "off",
    downstreamTlsRequired: options.downstreamTls?.required === true,
    memory,
    removeAborted: options.removeAborted === true,
    surviveMs: options.surviveMs ?? 0,
    holdMs: options.holdMs ?? 0,
    showsTransfers: environment.showsTransfers !== false,
    judgeTarget: (address) => judgeTarget(policy, address),
  };
}

/** What the relay machine shows the trace. */
function tracedAction(action: Extract<RelayAction, { type: "sent" | "replied" | "note" | "warning" }>): TraceEventBody {
  if (action.type === "note") return { type: "relay.note", note: action.note };
  if (action.type === "warning") return { type: "relay.warning", note: action.note };
  const { side, origin } = action;
  if (action.type === "replied") return { type: "ftp.reply", side, origin: action.origin, lines: action.reply.lines };
  return { type: "ftp.command", side, origin: origin === "client" ? "client" : "gateway", line: action.line };
}

/** The relay machine's timers on a real clock. */
class RelayTimers {
  readonly #clock: Clock;
  readonly #fire: (name: TimerName) => void;
  readonly #cancels: Map<TimerName, () => void> = new Map();

  constructor(clock: Clock, fire: (name: TimerName) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  set(name: TimerName, delayMs: number): void {
    this.clear(name);
    this.#cancels.set(
      name,
      this.#clock.after(delayMs, () => this.#fire(name)),
    );
  }

  clear(name: TimerName): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  clearAll(): void {
    for (const name of [...this.#cancels.keys()]) this.clear(name);
  }
}
