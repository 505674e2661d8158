// `proxy get` and `proxy put`: a file from server to server, past this machine (RFC 959 section 5.2; S16).
import type { FtpClient } from "../../client/ftp-client.ts";
import { transferBetween } from "../../client/third-party.ts";
import { escapeText } from "../report/escape-text.ts";
import { formatBytes, formatDuration } from "../report/format.ts";
import type { Shell } from "./shell.ts";

export async function sendBetween(
  shell: Shell,
  source: FtpClient,
  destination: FtpClient,
  from: string,
  to: string,
): Promise<void> {
  const startedMs = shell.nowMs();
  shell.print(`${escapeText(source.host)}: ${escapeText(from)} to ${escapeText(destination.host)}: ${escapeText(to)}`);
  const { bytes } = await transferBetween(source, destination, from, to, { signal: shell.signal });
  const what = bytes === undefined ? "sent" : `${formatBytes(bytes)} sent`;
  shell.print(`${what} from server to server in ${formatDuration(shell.nowMs() - startedMs)}`);
}
