// What every real FTP client is asked for in the same words; each client's own file translates.
import type { ClientResult, RunOptions } from "./run-client.ts";

/** How the client makes its data connections. The default data port is missing: no client here can do it (see tnftp.ts). */
export type FrontMode = "epsv" | "pasv" | "eprt" | "port";

export const frontModes: readonly FrontMode[] = ["epsv", "pasv", "eprt", "port"];

/** The command that a client in this mode sends before a transfer. */
export const modeCommand: Readonly<Record<FrontMode, string>> = {
  epsv: "EPSV",
  pasv: "PASV",
  eprt: "EPRT",
  port: "PORT",
};

export interface FtpTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** File with the certificate to trust: AUTH TLS, and data protected; curl and lftp only. */
  readonly ca?: string;
}

/** One thing to do in a session. `local` is a path, `remote` a name in the login directory. */
export type Operation =
  | { readonly do: "list" }
  | { readonly do: "get" | "get-ascii"; readonly remote: string; readonly local: string }
  | { readonly do: "put" | "put-ascii" | "append"; readonly local: string; readonly remote: string }
  /** The local file has the first part already. */
  | { readonly do: "resume-get"; readonly remote: string; readonly local: string }
  /** The remote file has the first `from` bytes already. */
  | { readonly do: "resume-put"; readonly local: string; readonly remote: string; readonly from: number }
  | { readonly do: "delete"; readonly remote: string };

export type OperationName = Operation["do"];

export interface SessionResult extends ClientResult {
  /** Command lines that the client sent, in order, as it tells. */
  readonly commands: readonly string[];
  /** Reply lines that it received, in order. */
  readonly replies: readonly string[];
}

export interface FtpClient {
  readonly name: "curl" | "lftp" | "tnftp" | "inetutils-ftp";
  readonly modes: readonly FrontMode[];
  readonly operations: readonly OperationName[];
  /** All operations in one session. Throws when the client does not offer the mode or an operation. */
  run(t: FtpTarget, mode: FrontMode, todo: readonly Operation[], options?: RunOptions): Promise<SessionResult>;
}

/** Takes the dialogue out of the output; the patterns' first group is the line. */
export function withDialogue(result: ClientResult, command: RegExp, reply: RegExp): SessionResult {
  const lines = `${result.stdout}\n${result.stderr}`.split(/\r?\n/);
  const pick = (pattern: RegExp): string[] =>
    lines.map((line) => pattern.exec(line)?.[1]).filter((line): line is string => line !== undefined);
  return { ...result, commands: pick(command), replies: pick(reply) };
}
