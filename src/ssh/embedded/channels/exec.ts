// A command at the remote end (RFC 4254 section 6.5).
import { CommandOutput } from "../../command-output.ts";
import { commandPurpose, execRefused } from "../../session-refusal.ts";
import type { ExecResult } from "../../ssh-connection.ts";
import { type Channel, isBrokenOff } from "./channel.ts";
import type { ChannelTable } from "./channel-table.ts";
import { openSession } from "./open-session.ts";

/** Rejects with the signal's reason, LIMIT_REPLY, SSH_CHANNEL_REFUSED or SSH_DISCONNECTED. */
export async function exec(channels: ChannelTable, command: string, signal: AbortSignal): Promise<ExecResult> {
  const channel = await openSession(channels, "session", commandPurpose, signal);
  const onAbort = (): void => channel.terminate();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await run(channel, command, signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    channel.terminate();
  }
}

function run(channel: Channel, command: string, signal: AbortSignal): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const output = new CommandOutput();
    const endIfOver = (): void => {
      if (output.isOver) channel.end();
    };
    channel.onReply = (accepted) => {
      if (!accepted) reject(execRefused());
    };
    channel.onRequest = (type, data) => {
      if (type === "exit-status") output.exit(data as number);
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
      if (!isBrokenOff(error)) reject(error); // else its status tells whether the command came to its end
    });
    channel.once("close", () => {
      if (signal.aborted) reject(signal.reason);
      else resolve(output.result);
    });
    channel.tell((send, theirs) => send.exec(theirs, command, true));
    channel.sendEof();
  });
}
