// Which SSH transport: the user's own OpenSSH where it can multiplex, else the embedded library.
import { connectEmbedded } from "./embedded/connect-embedded.ts";
import { connectOpenSsh } from "./openssh/connect-openssh.ts";
import { findOpenSsh } from "./openssh/find-openssh.ts";
import type { SshConnection, SshEnvironment, SshOptions } from "./ssh-connection.ts";

export async function connectTransport(
  requested: "auto" | "openssh" | "embedded",
  options: SshOptions,
  environment: SshEnvironment,
  signal: AbortSignal,
): Promise<SshConnection> {
  const transport = requested === "auto" ? ((await findOpenSsh()).usable ? "openssh" : "embedded") : requested;
  const connect = transport === "openssh" ? connectOpenSsh : connectEmbedded;
  return await connect(options, environment, signal);
}
