// The SSH side of a server: what it is made from, and what it gives back.

/** The same files over SSH: SFTP, scp, and FTP inside the SSH connection. */
export interface ServerSsh {
  /** Address to listen on. Default `127.0.0.1`; `*` or `""` is every address. */
  readonly host?: string;
  /** Port; 0 picks a free one. Default 2222. */
  readonly port?: number;
  /**
   * The server's private key (OpenSSH, not encrypted). Made when it is not there. Default: `ssh_host_ed25519_key` in
   * `$XDG_STATE_HOME/sallyport`, else `~/.local/state/sallyport`; on Windows in `%LOCALAPPDATA%\sallyport`.
   */
  readonly hostKeyFile?: string;
  /**
   * Public keys that may log in, as in ssh's authorized_keys, but without options. `%u` is the user's name; without it
   * there may be one user only. Read at each login. Default: passwords alone.
   */
  readonly authorizedKeysFile?: string;
  /** Where clients may connect beside the FTP server's own ports: `host:port`, `*` for any. Default: nowhere. */
  readonly permitOpen?: readonly string[];
  /** On which addresses clients may listen, as in sshd_config(5). Default `no`: loopback. */
  readonly gatewayPorts?: "no" | "yes" | "clientspecified";
}

/** An SSH server that runs beside the FTP server. */
export interface OpenSsh {
  /** `ssh://127.0.0.1:2222` */
  readonly url: string;
  /** The address to connect to: the one listened on, or a loopback address where that is every address. */
  readonly host: string;
  /** The port, also where 0 was asked for. */
  readonly port: number;
  /** As in known_hosts: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** `SHA256:…`, as ssh asks about it. */
  readonly hostKeyFingerprint: string;
}
