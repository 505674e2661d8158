// What a test may ask of a real FTP server, and what each server's own file answers to the common part.

export interface FtpServerOptions {
  /** Address to listen on. Default 127.0.0.1; `::1` for IPv6, `::` for every address of both families. */
  readonly address?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** Default: any free port. */
  readonly passivePorts?: { readonly first: number; readonly last: number };
  /** More lines in the server's own configuration language; they replace the rig's lines of the same name. */
  readonly lines?: readonly string[];
  /** Run in this network namespace; the port is then taken to be free. */
  readonly netns?: string;
  /** vsftpd: `local` needs root and is the default there, `anonymous` (any password) the default elsewhere. */
  readonly login?: "local" | "anonymous";
}

/** What a server's own file knows about how it is started and used. */
export interface Preparation {
  readonly command: readonly [string, ...string[]];
  readonly user: string;
  readonly password: string;
  readonly dataPort: number | undefined;
  readonly logFile: string;
  /** Undo what lies outside the temporary directory. */
  release(): Promise<void>;
}
