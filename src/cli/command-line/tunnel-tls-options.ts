// The options of a tunnel about TLS, on both sides, and what the tunnel is then opened with.
import { definedProps } from "../../protocol/defined-props.ts";
import { usageError } from "../../text/usage-error.ts";
import type { TunnelServerTls } from "../../tunnel/options.ts";
import { type ForwardSpec, parseForward } from "./forward-spec.ts";
import type { OptionGroup } from "./option-table.ts";
import { each, oneOf, pins, plainText } from "./values.ts";

export interface ParsedTlsOptions {
  readonly certificate?: string;
  readonly key?: string;
  readonly requireTls?: boolean;
  readonly forwards?: readonly ForwardSpec[];
  readonly serverTls?: NonNullable<TunnelServerTls["mode"]>;
  readonly serverTlsCa?: string;
  readonly serverTlsName?: string;
  readonly serverTlsPins?: readonly string[];
  readonly serverTlsInsecure?: boolean;
}

/** Files that the run has to read. */
export interface TlsFiles {
  readonly tls?: { readonly certificate: string; readonly key: string; readonly required: boolean };
  readonly serverCa?: string;
}

type TlsKey = Exclude<keyof ParsedTlsOptions, "forwards">;

interface TakenTls<Others> {
  readonly tlsOptions: { readonly serverTls?: TunnelServerTls };
  readonly tlsFiles: TlsFiles;
  readonly others: Others;
}

/** Takes them out of all `values`. Throws `USAGE_INVALID` where they do not fit together. */
export function takeTls<Values extends ParsedTlsOptions>(values: Values): TakenTls<Omit<Values, TlsKey>> {
  const {
    certificate,
    key,
    requireTls = false,
    serverTls: mode,
    serverTlsCa: serverCa,
    serverTlsName: servername,
    serverTlsPins: pins,
    serverTlsInsecure: insecure,
    ...others
  } = values;
  if ((certificate === undefined) !== (key === undefined)) {
    throw usageError("--tls-certificate and --tls-key belong together", "Give both.");
  }
  if (certificate === undefined && (requireTls || values.forwards?.some(({ implicitTls }) => implicitTls))) {
    throw usageError("TLS needs a certificate", "Add --tls-certificate and --tls-key.");
  }
  if (mode === "off" && (serverCa ?? servername ?? pins ?? insecure) !== undefined) {
    throw usageError("the options of TLS towards the server have no use with --server-tls off", "Leave one out.");
  }
  const tls = certificate === undefined || key === undefined ? undefined : { certificate, key, required: requireTls };
  const serverTls: TunnelServerTls = definedProps({ mode, servername, pins, insecure });
  const tlsOptions = Object.keys(serverTls).length === 0 ? {} : { serverTls };
  const tlsFiles: TlsFiles = definedProps({ tls, serverCa });
  return { tlsOptions, tlsFiles, others };
}

export const tlsOptions: OptionGroup<ParsedTlsOptions> = {
  title: "TLS",
  rows: [
    {
      flags: "--tls-certificate <FILE>",
      key: "certificate",
      help: "let FTP clients use TLS up to here, with this certificate (PEM)",
      more: "For clients that insist on FTPS: AUTH TLS, PBSZ and PROT are then answered here. Independent of TLS towards the server. Without it AUTH is refused: the connection is inside SSH.",
    },
    { flags: "--tls-key <FILE>", key: "key", help: "the certificate's private key (PEM)" },
    { flags: "--require-tls", key: "requireTls", help: "no login and no data of an FTP client without TLS" },
    {
      flags: "--implicit-tls <[BIND:]PORT:HOST:HOSTPORT>",
      key: "forwards",
      read: each((text, flag): ForwardSpec => ({ ...parseForward(text, flag), implicitTls: true })),
      help: "as -L, with TLS from the client's first byte (repeatable)",
    },
    {
      flags: "--server-tls <off|auto|require|implicit>",
      key: "serverTls",
      read: oneOf(["off", "auto", "require", "implicit"]),
      help: "TLS towards the FTP server (auto)",
      more: "The FTP client sees none of it. `auto`: AUTH TLS (RFC 4217) where the server refuses to do without, and TLS from the first byte on port 990; a password is not sent before the server has said to the user's name that it takes one in the clear. `require`: AUTH TLS, and no login without it. `implicit`: TLS from the first byte. Where the control connection is inside TLS, data connections are too, and resume its session. The log (`-vv`) and the trace say which was done.",
    },
    {
      flags: "--server-tls-ca <FILE>",
      key: "serverTlsCa",
      help: "roots to trust for the FTP server, in place of the system's (PEM)",
      more: "For a server whose certificate this machine does not trust: its issuer's certificate, or its own when it is self-signed.",
    },
    {
      flags: "--server-tls-name <NAME>",
      key: "serverTlsName",
      read: plainText,
      help: "the name that its certificate must have (the host of -L)",
    },
    {
      flags: "--server-tls-pin <sha256//HASH>",
      key: "serverTlsPins",
      read: pins,
      help: "the FTP server's public key (repeatable)",
      more: "As curl's --pinnedpubkey: the SHA-256 of the key in base64; several also with `;` between them. The reply and the log name the key of a certificate that is not trusted. Without --server-tls-ca the key alone decides: issuer, name and date of the certificate are not looked at.",
    },
    {
      flags: "--server-tls-insecure",
      key: "serverTlsInsecure",
      conflicts: ["serverTlsCa", "serverTlsName", "serverTlsPins"],
      help: "accept any certificate of the FTP server",
      more: "For old devices. Whoever is between the SSH host and the FTP server can then read and change everything; a warning says so.",
    },
  ],
};
