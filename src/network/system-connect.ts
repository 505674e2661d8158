// connect(2) of this machine.
import { connect, isIP, type TcpNetConnectOpts } from "node:net";
import { abortablePromise } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, ConnectOptions } from "../platform/network.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { socketOptions } from "./socket-options.ts";
import { systemConnection } from "./system-connection.ts";
import { translateSystemError } from "./system-error.ts";

/** Where to connect from. Node forgets `localAddress` when it tries several families, so the address decides the family. */
function localEnd(options: ConnectOptions): Partial<TcpNetConnectOpts> {
  const { localAddress, localPort } = options;
  if (localAddress === undefined && localPort === undefined) return { autoSelectFamily: true };
  return {
    autoSelectFamily: false,
    family: localAddress === undefined ? 0 : isIP(localAddress),
    ...definedProps({ localAddress, localPort }),
  };
}

export function connectFromHere(options: ConnectOptions, clock: Clock): Promise<Connection> {
  const { host, port, signal } = options;
  return abortablePromise(signal, (resolve, reject) => {
    const target = formatEndpoint({ host, port });
    const details = { phase: "connect", remote: target };
    // highWaterMark passes through to the stream; @types/node does not know it here.
    const socket = connect({ ...socketOptions, ...localEnd(options), host, port } as TcpNetConnectOpts);
    const onError = (error: Error): void =>
      reject(translateSystemError(error, `could not connect to ${target}`, details));
    const onConnect = (): void => resolve(systemConnection(socket, clock));
    socket.once("error", onError).once("connect", onConnect);
    return () => {
      socket.off("error", onError).off("connect", onConnect);
      if (signal.aborted) socket.on("error", () => {}).destroy();
    };
  });
}
