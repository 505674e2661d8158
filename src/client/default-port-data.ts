// Neither PORT nor PASV: the server connects to where the control connection comes from (RFC 959 section 3.2, scenario S17).
import { type DefaultPortListener, listenOnDefaultPorts, portBelowMissing } from "../data-connection/default-ports.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import { type ErrorDetails, SallyportError } from "../protocol/error.ts";
import { forServer, serverConnects } from "./active-data.ts";
import type { DataConnection } from "./mode-choice.ts";
import type { Session } from "./session.ts";

const details: ErrorDetails = { mode: "default-port" };

export function openDefaultPort(session: Session, signal: AbortSignal): DataConnection {
  const local = session.controlEnd;
  let warning: string | undefined;
  return serverConnects(session, signal, {
    listen: (stop) => listenOnOwnPort(session, local, stop),
    announce: async ({ endpoint, belowError }) => {
      if (belowError !== undefined) warning = portBelowMissing(endpoint);
    },
    how: () => `default-port ${local === undefined ? "" : formatEndpoint(local)}`.trim(),
    details: () => details,
    warning: () => warning,
  });
}

/** On its own port in any case, and on the one below if that is free. */
async function listenOnOwnPort(
  session: Session,
  local: Endpoint | undefined,
  signal: AbortSignal,
): Promise<DefaultPortListener> {
  if (local === undefined) {
    throw new SallyportError("NET_UNSUPPORTED", "it is not known from which port the SSH host reached the server", {
      details,
      hint: "The session must begin in mode default-port, at an SSH host that runs Linux; else use passive mode.",
    });
  }
  const listener = await listenOnDefaultPorts(local, { ...forServer(session), signal });
  if (listener.ownError === undefined) return listener;
  await listener[Symbol.asyncDispose]();
  throw refused(session, local, listener.ownError);
}

function refused({ environment }: Session, local: Endpoint, cause: unknown): SallyportError {
  const where = `${formatEndpoint(local)}, the end of the control connection`;
  if (environment.remoteSockets !== undefined) {
    const message = `the SSH server cannot listen on ${where}; that needs SO_REUSEADDR on both`;
    return new SallyportError("SSH_FORWARD_REFUSED", message, { cause, details, hint: "Use passive or active mode." });
  }
  return new SallyportError("NET_ADDRESS_IN_USE", `cannot listen on ${where}: address already in use`, {
    cause,
    details: { ...details, phase: "listen", local: formatEndpoint(local) },
    hint: "The session must begin in mode default-port (--default-port; at the prompt close and open it again), so that the port can be shared (SO_REUSEADDR); else use passive mode.",
  });
}
