// ssh's standard error, sorted: what the user is to see, what explains its end, and what we only read ourselves.

import { limits } from "../../protocol/limits.ts";
import { printable } from "../../protocol/printable.ts";
import type { SshOptions } from "../ssh-connection.ts";
import type { EffectiveSettings } from "./effective-settings.ts";

/** What ssh writes from LogLevel VERBOSE on, beside lines that begin with `debug`. */
const verboseLines = /^(Authenticated (to|using) |Transferred: |Bytes per second: |Canonicalized DNS )/;

/** About requests that we made through the multiplexing socket: we read the answers, and report to the user. */
const aboutRequests = /^(mux_|channel_proxy_|muxserver_|multiplex)/;

const debugLine = /^debug[1-3]: /;
const quietLevels = /^(QUIET|FATAL|ERROR)$/i;

/** Which lines the user wants to see. */
export type Audience = "none" | "usual" | "all";

export function audienceOf(options: SshOptions, settings: EffectiveSettings): Audience {
  const level = settings.get("loglevel") ?? "INFO";
  if ((options.verbosity ?? 0) > 0) return "all";
  if (options.quiet === true || quietLevels.test(level)) return "none";
  return /^(VERBOSE|DEBUG)/i.test(level) ? "all" : "usual";
}

/**
 * What ssh says of its end. The error that follows says it again, with what to do, so it is kept back; where ssh goes on after
 * all, nothing is lost but a line that was not true.
 */
const lastLines: readonly RegExp[] = [
  /^ssh: (?:connect to host|Could not resolve hostname) /,
  /^(?:No \S+ host key is known for .* strict checking\.|Host key verification failed\.)$/,
  /: Permission denied \([^)]*\)\.$/,
  /^(?:kex_exchange_identification|ssh_exchange_identification|banner exchange|ssh_dispatch_run_fatal|client_loop): /,
  /^Connection (?:closed|reset|timed out|to .* closed)\b/,
  /^(?:Unable to negotiate with|Received disconnect from|Disconnected from|Timeout, server) /,
  /^(?:channel \d+: open failed: |stdio forwarding failed$)/,
];

export class SshMessages {
  readonly #audience: Audience;
  readonly #tellUser: (line: string) => void;
  readonly #watchers = new Set<(line: string) => void>();
  readonly #recentLines: string[] = [];
  #partial = "";

  constructor(audience: Audience, tellUser: (line: string) => void) {
    this.#audience = audience;
    this.#tellUser = tellUser;
  }

  /** The last lines that are no debug output. */
  get recentLines(): readonly string[] {
    return this.#recentLines;
  }

  /** Sees every line, debug output too. The returned function ends it. */
  watch(watcher: (line: string) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Bytes as they came, one character per byte. */
  receive(text: string): void {
    const lines = (this.#partial + text).split(/\r*\n/);
    const rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
    this.#partial = rest.slice(0, limits.sshMessageLineBytesMax);
  }

  /** Nothing comes any more. */
  end(): void {
    if (this.#partial !== "") this.#line(this.#partial);
    this.#partial = "";
  }

  #line(raw: string): void {
    const line = printable(raw.replaceAll("\t", " "), limits.sshMessageLineBytesMax);
    for (const watcher of this.#watchers) watcher(line);
    const isOurs = debugLine.test(line) || verboseLines.test(line) || aboutRequests.test(line);
    if (!isOurs) this.#remember(line);
    if (isOurs || lastLines.some((pattern) => pattern.test(line))) {
      if (this.#audience === "all") this.#tellUser(line);
    } else this.notify(line);
  }

  /** To the user, unless they want to see nothing. */
  readonly notify = (line: string): void => {
    if (this.#audience !== "none") this.#tellUser(line);
  };

  #remember(line: string): void {
    this.#recentLines.push(line);
    if (this.#recentLines.length > limits.sshRecentLinesMax) this.#recentLines.shift();
  }
}

/** sshconnect2.c, at VERBOSE. Through a jump host or a ProxyCommand ssh does not know it, and says "(via proxy)". */
const authenticated = /^Authenticated to .* \(\[([0-9A-Fa-f.:]+)(?:%[^\]]*)?\]:\d+\)/;

/** Which address ssh has connected to, as it says when the log-in is done. */
export function serverAddressReader(messages: SshMessages): () => string | undefined {
  let address: string | undefined;
  const unwatch = messages.watch((text) => {
    const found = authenticated.exec(text)?.[1];
    if (found === undefined) return;
    address = found;
    unwatch();
  });
  return () => address;
}

const identification = /^debug1: Remote protocol version \S+, remote software version (\S+)/;

/** What the server says that it is (RFC 4253 section 4.2). Jump hosts come first: the last one counts. */
export function serverSoftwareReader(messages: SshMessages): () => string | undefined {
  let software: string | undefined;
  const unwatch = messages.watch((text) => {
    software = identification.exec(text)?.[1] ?? software;
  });
  return () => {
    unwatch();
    return software;
  };
}
