// A command at the far end (RFC 4254 section 6.5).
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { channelRefused } from "../../channel-refusal.ts";
import type { ExecResult } from "../../ssh-connection.ts";
import type { Channel } from "./channel.ts";
import type { ChannelTable } from "./channel-table.ts";
import { channelWindow } from "./receive-window.ts";

/** What ssh(1) exits with when the command ended by a signal. */
const endedBySignal = 255;

/** Throws `SSH_CHANNEL_REFUSED`, `LIMIT_REPLY` when the command writes too much, or the signal's reason. */
export async function exec(channels: ChannelTable, command: string, signal: AbortSignal): Promise<ExecResult> {
  const channel = await channels.request("session", signal, (send, ours) =>
    send.session(ours, channelWindow.firstBytes, channelWindow.packetBytes),
  );
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
    const chunks: Buffer[] = [];
    let bytes = 0;
    let exitCode: number | undefined;
    channel.onReply = (accepted) => {
      if (!accepted) reject(channelRefused("session", 1, "the command was not accepted"));
    };
    channel.onRequest = (type, data) => {
      if (type === "exit-status") exitCode = data as number;
      if (type === "exit-signal") exitCode = endedBySignal;
      // It may come after the end of the output; only with it is the channel over.
      if (exitCode !== undefined) channel.end();
      return undefined;
    };
    void channel.gone.then(() => channel.end()); // without a status
    channel.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > limits.sshExecOutputBytesMax) reject(tooMuch(command));
    });
    channel.once("error", reject);
    channel.once("close", () => {
      if (signal.aborted) reject(signal.reason);
      else if (exitCode === undefined) reject(new SallyportError("SSH_PROTOCOL", "the command ended without a status"));
      else resolve({ exitCode, stdout: Buffer.concat(chunks).toString("utf8") });
    });
    channel.tell((send, theirs) => send.exec(theirs, command, true));
    channel.sendEof();
  });
}

function tooMuch(command: string): SallyportError {
  const program = command.split(/\s/)[0] ?? "";
  return new SallyportError(
    "LIMIT_REPLY",
    `the command ${program} wrote more than ${limits.sshExecOutputBytesMax} bytes at the far end`,
  );
}
