// tcpip-forward and cancel-tcpip-forward, as a server answers them (RFC 4254 section 7.1).
import type { Connection as ServerSide } from "ssh2";

export interface Forwards {
  /** The port, or `undefined` for a refusal. */
  listen(host: string, port: number): Promise<number | undefined>;
  unlisten(host: string, port: number): Promise<boolean>;
}

type Answer = ((port?: number) => void) | undefined;

/** ssh2 keeps the answers in the order of the requests. After the client's end, told by `signal`, there are none. */
export function answerForwardRequests(client: ServerSide, forwards: Forwards, signal: AbortSignal): void {
  client.on("request", (accept: Answer, reject: Answer, name: string, info: unknown) => {
    const { bindAddr: host, bindPort: port } = info as { readonly bindAddr: string; readonly bindPort: number };
    const settle = (isDone: boolean, bound?: number): void => {
      if (signal.aborted) return;
      if (isDone) accept?.(bound);
      else reject?.();
    };
    if (name === "tcpip-forward") {
      void forwards.listen(host, port).then((bound) => settle(bound !== undefined, bound));
    } else if (name === "cancel-tcpip-forward") {
      void forwards.unlisten(host, port).then((isDone) => settle(isDone));
    } else settle(false);
  });
}
