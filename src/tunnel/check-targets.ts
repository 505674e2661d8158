// Whether the SSH host may connect to the FTP servers, and whether those greet as such: looked at once, so that a mistake in -L
// or in sshd_config is reported before the first client meets it.
import { ControlConnection } from "../client/control-connection.ts";
import { greetingOf } from "../client/open-session.ts";
import type { GatewayOptions } from "../gateway/environment.ts";
import { raceAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Network } from "../platform/network.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";

type Target = Pick<GatewayOptions, "target" | "upstreamTls">;

/** What is wrong with each of them that cannot be used; nothing where all can. Throws the signal's reason only. */
export async function checkTargets(
  targets: readonly Target[],
  network: Network,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly SallyportError[]> {
  const each = new Map(targets.map((target) => [formatEndpoint(target.target), target]));
  const found = await Promise.all([...each.values()].map((target) => check(target, network, clock, signal)));
  return found.filter((error) => error !== undefined);
}

async function check(
  { target, upstreamTls }: Target,
  network: Network,
  clock: Clock,
  signal: AbortSignal,
): Promise<SallyportError | undefined> {
  try {
    const connection = await network.connect({ ...target, signal });
    const environment = { network, clock, now: () => 0, emit: () => {} };
    const control = new ControlConnection(connection, { ...environment, replyMs: limits.targetGreetingMs });
    try {
      // It waits for our TLS, and says nothing before.
      if (upstreamTls?.mode === "implicit") return undefined;
      const options = { ...target, replyMs: limits.targetGreetingMs };
      const greeting = await raceAbort(greetingOf(control, options, environment), signal);
      if (greeting.code === 220) return undefined;
      return replyError(`the FTP server ${formatEndpoint(target)} takes no sessions`, greeting);
    } finally {
      await control.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return isSallyportError(error) ? explained(error, formatEndpoint(target)) : asError(error);
  }
}

const silence =
  "It may want TLS from the first byte (--server-tls implicit; usually on port 990), be no FTP server, or be slow because it looks up the SSH host's name.";

/** What another service says is no reply; FTP's words for that would not help here. */
function explained(error: SallyportError, target: string): SallyportError {
  const { code, message, details } = error;
  if (details.phase === "greeting") return new SallyportError(code, message, { cause: error, details, hint: silence });
  if (message.includes(target)) return error;
  const isOther = code === "FTP_PROTOCOL_REMOTE" || code === "CLOSED";
  const text = isOther
    ? `${target} does not greet as an FTP server: ${message}`
    : `the FTP server ${target}: ${message}`;
  const hint = isOther ? "Check host and port in -L: they are looked up by the SSH server." : error.hint;
  return new SallyportError(code, text, { cause: error, details, hint });
}

const asError = (cause: unknown): SallyportError =>
  new SallyportError("INTERNAL", cause instanceof Error ? cause.message : String(cause), { cause });
