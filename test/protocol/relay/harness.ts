// A relay machine with a typed-out world: what goes in is written as text, what comes out is collected as text.
import type { RelayAction, RelayConfig, RelayInput } from "../../../src/protocol/relay/messages.ts";
import { RelaySession } from "../../../src/protocol/relay/relay-session.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

export class RelayHarness {
  readonly machine: RelaySession;
  readonly actions: RelayAction[] = [];
  /** Everything the client has been sent and not yet been asked for. */
  #toClient = "";
  #toServer = "";

  constructor(config: Partial<RelayConfig> = {}) {
    this.machine = new RelaySession({
      upstreamMode: "auto",
      family: 4,
      clientHost: "127.0.0.1",
      target: "ftp-host:21",
      keepaliveMs: 0,
      memory: { passiveReaches: true, hashMethod: "none" },
      judgeTarget: () => ({ allowed: true }),
      ...config,
    });
    this.#collect(this.machine.start());
  }

  input(input: RelayInput): RelayAction[] {
    return this.#collect(this.machine.handle(input));
  }

  client(...lines: string[]): RelayAction[] {
    return this.input({ type: "client-bytes", bytes: bytesOf(lines.map((line) => `${line}\r\n`).join("")) });
  }

  server(...lines: string[]): RelayAction[] {
    return this.input({ type: "server-bytes", bytes: bytesOf(lines.map((line) => `${line}\r\n`).join("")) });
  }

  /** Lines for the client since the last look. */
  get toClient(): string[] {
    const lines = this.#toClient.split("\r\n").slice(0, -1);
    this.#toClient = "";
    return lines;
  }

  get toServer(): string[] {
    const lines = this.#toServer.split("\r\n").slice(0, -1);
    this.#toServer = "";
    return lines;
  }

  /** Actions that are no writes and no traces, as short text. */
  get done(): string[] {
    const quiet = new Set([
      "write-downstream",
      "write-upstream",
      "sent",
      "replied",
      "note",
      "warning",
      "set-timer",
      "clear-timer",
    ]);
    return this.actions.splice(0).flatMap((action) => (quiet.has(action.type) ? [] : [brief(action)]));
  }

  /** Greeted, logged in, nothing left to look at. */
  login(): this {
    this.server("220 ready");
    this.client("USER me", "PASS secret");
    this.server("331 password", "230 welcome");
    this.look();
    return this;
  }

  look(): void {
    this.#toClient = "";
    this.#toServer = "";
    this.actions.length = 0;
  }

  /** PASV or EPSV of the client answered, the back end known: ready for a transfer with exchange `id`. */
  passive(id: number, port = 50_000): this {
    this.client("EPSV");
    this.input({ type: "downstream-listening", id, address: { host: "127.0.0.1", port: 40_000 } });
    this.server(`229 Entering Extended Passive Mode (|||${port}|)`);
    return this;
  }

  /** A transfer whose data ends are both open and which the server has begun. */
  transferring(id: number, command: string): this {
    this.passive(id);
    this.client(command);
    this.input({ type: "data-open", id, side: "upstream" });
    this.input({ type: "data-open", id, side: "downstream" });
    this.server("150 here it comes");
    this.look();
    return this;
  }

  #collect(actions: RelayAction[]): RelayAction[] {
    for (const action of actions) {
      if (action.type === "write-downstream") this.#toClient += textOf(action.bytes);
      if (action.type === "write-upstream") this.#toServer += textOf(action.bytes);
    }
    this.actions.push(...actions);
    return actions;
  }
}

function brief(action: RelayAction): string {
  const { type, ...rest } = action as { type: string } & Record<string, unknown>;
  return [
    type,
    ...Object.values(rest).map((value) => (typeof value === "object" ? JSON.stringify(value) : value)),
  ].join(" ");
}
