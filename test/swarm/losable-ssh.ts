// The SSH connection of a program in a simulation.
import type { Connection } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import type { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import type { ExecResult, SshConnection } from "../../src/ssh/ssh-connection.ts";

/** What ssh's ServerAlive does: so long without a packet of the server's, and the connection is lost. */
export const sshSilenceMs = 45_000;

/** The simulated ssh as the supervisor wants it; and it can find out that nobody answers. */
export class LosableSsh implements SshConnection {
  readonly transport = "embedded";
  readonly target = "user@ssh";
  readonly serverAddress: string;
  readonly network: SshConnection["network"];
  readonly lost: SshConnection["lost"];
  readonly #ssh: SimulatedSsh;
  #isSilent = false;

  constructor(ssh: SimulatedSsh) {
    this.#ssh = ssh;
    this.serverAddress = ssh.serverAddress;
    this.network = ssh.network;
    const silence = new SallyportError("SSH_DISCONNECTED", "the SSH server does not answer");
    this.lost = ssh.lost.then((error) => (this.#isSilent ? silence : error));
  }

  fail(): void {
    this.#isSilent = true;
    void this.#ssh[Symbol.asyncDispose]();
  }

  exec(command: string, signal: AbortSignal): Promise<ExecResult> {
    return this.#ssh.exec(command, signal);
  }

  openSubsystem(name: string, signal: AbortSignal): Promise<Connection> {
    return this.#ssh.openSubsystem(name, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#ssh[Symbol.asyncDispose]();
  }
}
