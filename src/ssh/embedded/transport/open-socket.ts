// The TCP connection to an SSH server: every address of the name in turn, as ssh does.
import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { abortablePromise } from "../../../platform/abort.ts";
import type { Clock } from "../../../platform/clock.ts";
import { withDeadline } from "../../../platform/clock.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { limits } from "../../../protocol/limits.ts";
import { bulkReading } from "../../bulk-reading.ts";
import type { HostSettings } from "../configuration/host-settings.ts";
import { connectFailed, noSuchHost, serverSilent } from "../ssh-errors.ts";

/** Throws `SSH_CONNECT`, or the signal's reason. Each address gets ConnectTimeout, or a default. */
export async function openSocket(settings: HostSettings, clock: Clock, signal: AbortSignal): Promise<Socket> {
  let failure: unknown;
  for (const address of await addressesOf(settings, signal)) {
    signal.throwIfAborted();
    const timeoutMs = settings.connectTimeoutMs ?? limits.sshHandshakeMs;
    const deadline = withDeadline(clock, timeoutMs, signal, () => serverSilent(settings, "the TCP connection"));
    try {
      return await connectTo(address, settings, deadline.signal);
    } catch (error) {
      signal.throwIfAborted();
      failure ??= error;
    } finally {
      deadline.release();
    }
  }
  throw failure;
}

async function addressesOf({ host, port, family }: HostSettings, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await lookup(host, { all: true, family, order: "verbatim" });
    return found.map(({ address }) => address);
  } catch (error) {
    signal.throwIfAborted();
    throw noSuchHost({ host, port }, error);
  }
}

function connectTo(address: string, settings: HostSettings, signal: AbortSignal): Promise<Socket> {
  const { host, port, bindAddress, tcpKeepAlive } = settings;
  return abortablePromise(signal, (resolve, reject) => {
    const socket: Socket = connect({
      host: address,
      port,
      noDelay: true,
      keepAlive: tcpKeepAlive,
      keepAliveInitialDelay: limits.keepAliveDelayMs,
      onread: bulkReading({
        socket: () => socket,
        onBytes: (bytes) => socket.emit("data", bytes),
        fullBytes: () => Number.POSITIVE_INFINITY,
      }),
      ...definedProps({ localAddress: bindAddress }),
    });
    socket.pause(); // with `onread` nothing keeps what comes before ssh2 listens for `data`
    const onError = (error: Error): void => reject(connectFailed({ host, port }, address, error));
    const onConnect = (): void => resolve(socket);
    socket.once("error", onError).once("connect", onConnect);
    return () => {
      socket.off("error", onError).off("connect", onConnect);
      socket.on("error", () => {}); // until ssh2 listens; a second error may follow the first
      if (signal.aborted) socket.destroy();
    };
  });
}
