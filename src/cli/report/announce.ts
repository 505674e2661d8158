// The lines on standard output: forwards that are ready, and with --json what becomes of the tunnel.
import type { TraceEvent } from "../../platform/trace.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { escapeText } from "../../text/escape-text.ts";
import type { OpenForward, Tunnel } from "../../tunnel/options.ts";
import { exitStatusOf } from "../exit-status.ts";

/** What may be announced; each returns the line, or undefined where this style has none. */
export interface Announcer {
  listening(forward: OpenForward, ssh: Pick<Tunnel, "transport" | "master">): string;
  closed(): string | undefined;
  failed(error: SallyportError): string | undefined;
  /** SSH lost and back. */
  observe(event: TraceEvent): string | undefined;
}

/** A machine with containers has dozens of addresses. */
const urlsShown = 4;

function forOthers({ openAt, openUrls = [], port }: OpenForward): string {
  if (openAt === undefined) return "";
  if (openUrls.length === 0) return `, open to other machines at ${openAt}, port ${port}`;
  const rest = openUrls.length - urlsShown;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return `, from other machines ${openUrls.slice(0, urlsShown).join(" ")}${more}`;
}

/** `ftp://127.0.0.1:2001 -> ftp-host:21 through user@ssh-host` */
export const textAnnouncer: Announcer = {
  listening: (forward, { master }) => {
    const { url, target, through } = forward;
    const shared = master === undefined ? "" : `, by your ssh at ${master}`;
    return escapeText(`${url} -> ${target} through ${through}${shared}${forOthers(forward)}`);
  },
  closed: () => undefined,
  failed: () => undefined,
  observe: () => undefined,
};

/** One object per line, `event` first. */
export function jsonAnnouncer(): Announcer {
  let wasLost = false;
  return {
    listening: ({ url, host, port, target, through, openAt, openUrls, socket }, { transport, master }) => {
      const ssh = { through, openAt, openUrls, transport, master };
      return JSON.stringify({ event: "listening", url, socket, host, port, target, ...ssh });
    },
    closed: () => JSON.stringify({ event: "closed" }),
    failed: (error) => {
      const { code, message, hint } = error;
      return JSON.stringify({ event: "error", code, message, hint, exitStatus: exitStatusOf(error) });
    },
    observe(event) {
      if (event.type === "ssh.lost") {
        wasLost = true;
        return JSON.stringify({ event: "ssh-lost", reason: event.reason, retryInMs: event.retryInMs });
      }
      if (event.type !== "ssh.connected" || !wasLost) return undefined;
      wasLost = false;
      return JSON.stringify({ event: "ssh-connected", target: event.target, transport: event.transport });
    },
  };
}
