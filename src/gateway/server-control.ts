// The control connection to the FTP server, and in default-port mode the remote port it comes from.
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { connectBack } from "./back-end.ts";
import type { Back, GatewayEnvironment, GatewayOptions } from "./environment.ts";

export interface ServerControl {
  readonly back: Back;
  readonly connection: Connection;
  /** The far local end, where back mode `default-port` needs it and could find it. */
  readonly controlEnd: Endpoint | undefined;
}

/**
 * An SSH connection that died unnoticed shows it when the first channel is asked for: then over the next one, once. Nothing
 * has been said to the client or the server yet.
 */
export async function openServerControl(
  environment: GatewayEnvironment,
  options: GatewayOptions,
  signal: AbortSignal,
): Promise<ServerControl> {
  const back = await environment.back(signal);
  try {
    return await openOver(back, environment, options, signal);
  } catch (error) {
    if (!back.signal.aborted || signal.aborted) throw error;
    return await openOver(await environment.back(signal), environment, options, signal);
  }
}

async function openOver(
  back: Back,
  environment: GatewayEnvironment,
  options: GatewayOptions,
  signal: AbortSignal,
): Promise<ServerControl> {
  const connect = (): Promise<Connection> => connectBack(back, environment.clock, options.target, signal);
  if (options.backMode !== "default-port") return { back, connection: await connect(), controlEnd: undefined };
  const { connection, end } = await back.remoteSockets.connect(options.target.port, connect, signal);
  return { back, connection, controlEnd: end };
}
