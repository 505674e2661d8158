// The server's first words, and what their absence may mean.
import { formatEndpoint } from "../platform/endpoint.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions } from "./client-options.ts";
import { portOf } from "./connect-control.ts";
import type { ControlLink } from "./control-link.ts";
import { type ClientEnvironment, replyMsOf } from "./talk.ts";

/** A server that waits for TLS waits as silently as one that looks up our name: nobody can tell them apart, so both are named. */
export async function greetingOf(
  link: ControlLink,
  options: ClientOptions,
  { clock, emit }: ClientEnvironment,
): Promise<Reply> {
  const where = formatEndpoint({ host: options.host, port: portOf(options) });
  const meaning = meaningOfSilence(options);
  const cancel = clock.after(limits.clientGreetingNoteMs, () => {
    const note = `${where} has sent nothing so far. ${meaning}`;
    emit({ type: "relay.note", note });
  });
  try {
    return await link.greeting();
  } catch (error) {
    if (!isSallyportError(error) || error.details.phase !== "reply") throw error;
    throw new SallyportError("NET_TIMEOUT", `${where} has sent no greeting within ${replyMsOf(options) / 1000} s`, {
      cause: error,
      details: { phase: "greeting", remote: where },
      hint: meaning,
    });
  } finally {
    cancel();
  }
}

function meaningOfSilence({ tls }: ClientOptions): string {
  return tls?.kind === "implicit"
    ? "Is it an FTP server? It may also be slow because it looks up our name."
    : "It may want TLS from the first byte (ftps://, --implicit-tls; usually on port 990), be no FTP server, or be slow because it looks up our name.";
}
