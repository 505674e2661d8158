// A command at the remote end, on a session channel (RFC 4254 sections 6.5 and 6.10).
import { onAbort } from "../../platform/abort.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { commandPurpose, execRefused, type SessionPurpose, sessionRefused } from "../refusals.ts";
import type { ExecResult } from "../ssh-connection.ts";
import { type Channel, isReset } from "./channel.ts";
import type { ChannelRequest, Channels } from "./channels.ts";

/** A session channel (section 6.1). */
export function sessionRequest(purpose: SessionPurpose, target = "session"): ChannelRequest {
  return {
    kind: "session",
    target,
    refusal: (reason, description) => sessionRefused(purpose, reason, description),
  };
}

/** Rejects with the signal's reason, LIMIT_REPLY, SSH_CHANNEL_REFUSED or SSH_DISCONNECTED. */
export async function exec(channels: Channels, command: string, signal: AbortSignal): Promise<ExecResult> {
  const channel = await channels.openChannel(sessionRequest(commandPurpose), signal);
  const stopListening = onAbort(signal, () => channel.terminate());
  try {
    return await run(channel, command, signal);
  } finally {
    stopListening();
    channel.terminate();
  }
}

function run(channel: Channel, command: string, signal: AbortSignal): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const output = new CommandOutput();
    const endIfOver = (): void => {
      if (output.isOver) channel.end();
    };
    channel.onReply = (isGranted) => {
      if (!isGranted) reject(execRefused());
    };
    channel.onRequest = (name, argument) => {
      if (name === "exit-status" && typeof argument === "number") output.exit(argument);
      endIfOver();
      return undefined;
    };
    channel.on("data", (chunk: Buffer) => {
      const failure = output.add(chunk);
      if (failure !== undefined) reject(failure);
    });
    channel.once("end", () => {
      output.end();
      endIfOver();
    });
    void channel.gone.then(() => channel.end()); // without a status
    channel.once("error", (error) => {
      if (!isReset(error)) reject(error); // else its status shows whether the command came to its end
    });
    channel.once("close", () => {
      if (signal.aborted) reject(signal.reason);
      else resolve(output.result);
    });
    channel.request("exec", command);
    channel.sendEof();
  });
}

/** What a command gives, put together as it comes. */
class CommandOutput {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status: number | undefined;
  #isComplete = false;

  /** Standard output. Returns the failure where it is too much. */
  add(bytes: Buffer): SallyportError | undefined {
    this.#bytes += bytes.length;
    const most = limits.sshExecOutputBytesMax;
    if (this.#bytes > most) {
      return new SallyportError("LIMIT_REPLY", `the command at the SSH server wrote more than ${most} bytes`);
    }
    this.#chunks.push(bytes);
    return undefined;
  }

  /** The end-of-file of standard output. It may come before the status: section 6.10 orders neither. */
  end(): void {
    this.#isComplete = true;
  }

  exit(status: number): void {
    this.#status = status;
  }

  /** Nothing more is to come that counts. A command that is killed, and a server that reports nothing, close the channel. */
  get isOver(): boolean {
    return this.#isComplete && this.#status !== undefined;
  }

  get result(): ExecResult {
    return { succeeded: this.#status === 0, stdout: Buffer.concat(this.#chunks).toString("utf8") };
  }
}
