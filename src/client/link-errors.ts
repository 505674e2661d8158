// Why a control connection is over.
import { SallyportError } from "../protocol/error.ts";

/** By the server, or by the network: then with its error. */
export function hungUp(cause: SallyportError | undefined): SallyportError {
  const message = cause === undefined ? "the server closed the control connection" : cause.message;
  return new SallyportError(cause?.code ?? "NET_RESET", message, {
    cause,
    details: { phase: "control" },
    hint: "Connect again; the server's log may say why it hung up.",
  });
}

export function silent(replyMs: number): SallyportError {
  return new SallyportError("NET_TIMEOUT", `the server has not answered for ${replyMs / 1000} s`, {
    details: { phase: "reply" },
    hint: "Connect again; if it happens each time, look for a firewall that drops idle connections.",
  });
}
