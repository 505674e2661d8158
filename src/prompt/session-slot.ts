// The place of one session at the prompt: empty, or with a server in it.
import type { FtpClient } from "../client/ftp-client.ts";
import type { SallyportError } from "../protocol/error.ts";
import { usageError } from "../text/usage-error.ts";
import { notConnected } from "./session-commands.ts";
import type { Target } from "./shell.ts";

export class SessionSlot {
  /** The server of all commands, or that of `proxy`. */
  readonly which: "first" | "second";
  /** Where it is connected to, or was last. */
  target: Target | undefined;
  readonly #lost: (why: SallyportError) => void;
  #client: FtpClient | undefined;

  /** `lost` is called when a session ends that nobody has closed. */
  constructor(which: SessionSlot["which"], lost: (why: SallyportError) => void) {
    this.which = which;
    this.#lost = lost;
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  /** Throws `USAGE_INVALID` when the place is empty. */
  client(): FtpClient {
    if (this.#client !== undefined) return this.#client;
    if (this.which === "first") throw notConnected();
    throw usageError("there is no second session", "Type proxy open HOST first.");
  }

  async open(target: Target, connect: () => Promise<FtpClient>): Promise<void> {
    this.target = target;
    const client = await connect();
    this.#client = client;
    void client.closed.then((why) => {
      if (this.#client !== client) return;
      this.#client = undefined;
      if (why !== undefined) this.#lost(why);
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.[Symbol.asyncDispose]();
  }
}
