// The SSH host as the doctor goes through it.
import type { ClientEnvironment } from "../../client/session.ts";
import { connectSsh, remoteSocketsOf, serverAddressOf } from "../../connect/ssh-host.ts";
import type { SshWay } from "../../doctor/probes/ssh-probe.ts";
import { systemClock, systemTime } from "../../network/system-clock.ts";
import type { Network } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { SshHostOptions, SshOptions } from "../../ssh/ssh-connection.ts";

type Emit = ClientEnvironment["emit"];

export const environmentOn = (network: Network, emit: Emit): ClientEnvironment => ({
  network,
  clock: systemClock,
  now: systemTime,
  emit,
});

/** Throws `SSH_*`, `NET_*`, or the signal's reason. */
export async function connectSshWay(options: SshHostOptions, emit: Emit, signal: AbortSignal): Promise<SshWay> {
  const host = await connectSsh({ ...options, signal });
  const { network, transport } = host;
  const sockets = definedProps({ remoteSockets: remoteSocketsOf(host) });
  const address = await serverAddressOf(host, signal);
  return {
    transport,
    environment: { ...environmentOn(network, emit), ...sockets },
    ...definedProps({ address }),
    sessions: { run: (stop) => host.exec("true", stop), hold: (stop) => host.openSubsystem("sftp", stop) },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() as Promise<void>,
  };
}

/** ServerAliveInterval as ssh itself has it for this host. undefined: there is no ssh, or it takes none of the settings. */
export async function plainKeepalive(options: SshOptions, signal: AbortSignal): Promise<number | undefined> {
  const { readEffectiveSettings } = await import("../../ssh/openssh/effective-settings.ts");
  const settings = await readEffectiveSettings("ssh", options, signal).catch(() => undefined);
  const seconds = settings?.get("serveraliveinterval");
  return seconds === undefined ? undefined : Number(seconds);
}
