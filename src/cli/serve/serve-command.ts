// `sallyport serve`: from words to what the server is made from.
import { definedProps } from "../../protocol/defined-props.ts";
import type { ServerOptions } from "../../serve/options.ts";
import { joinPairs, takeOptions } from "../command-line/take-options.ts";
import type { OutputOptions } from "../command-line/tunnel-command.ts";
import { usageError } from "../command-line/usage-error.ts";
import { emptyServeDraft, type ServeDraft } from "./serve-draft.ts";
import { serveOptions } from "./serve-options.ts";

export interface ServeCommand {
  readonly kind: "serve";
  readonly options: ServerOptions & { readonly files: string };
  /** Their passwords are asked for. */
  readonly users: readonly string[];
  /** To be read. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly requireTls: boolean;
  readonly requireReuse: boolean;
  readonly output: OutputOptions;
}

/** Throws `USAGE_INVALID`. */
export function parseServe(words: readonly string[]): ServeCommand {
  const draft = emptyServeDraft();
  const [directory = ".", ...more] = takeOptions(joinPairs(words, serveOptions), draft, serveOptions);
  const left = takeOptions(more, draft, serveOptions);
  if (left.length > 0)
    throw usageError(`unexpected argument "${left[0]}"`, "One directory is served: sallyport serve DIR.");
  return assembleServe(draft, directory);
}

function assembleServe(draft: ServeDraft, directory: string): ServeCommand {
  const { certificate, key, users, passwordFile, anonymous } = draft;
  if (users.length === 0 && passwordFile === undefined && anonymous === undefined) {
    throw usageError("nobody could log in", "Use --user NAME, --password-file FILE or --anonymous.");
  }
  if ((certificate === undefined) !== (key === undefined)) {
    throw usageError("--tls-certificate and --tls-key belong together", "Give both.");
  }
  const wantsTls = draft.requireTls || draft.requireReuse || draft.listen.some(({ implicitTls }) => implicitTls);
  if (wantsTls && certificate === undefined)
    throw usageError("TLS needs a certificate", "Add --tls-certificate and --tls-key.");
  if (draft.activePortOnly && !draft.active)
    throw usageError("--active-port-only and --no-active cannot be used together");
  checkSsh(draft);
  return {
    kind: "serve",
    options: { files: directory, ...optionsOf(draft), ...(draft.withSsh ? { ssh: draft.ssh } : {}) },
    users,
    tls: certificate === undefined || key === undefined ? undefined : { certificate, key },
    requireTls: draft.requireTls,
    requireReuse: draft.requireReuse,
    output: outputOf(draft),
  };
}

function checkSsh({ withSsh, ssh, users, passwordFile }: ServeDraft): void {
  if (!withSsh && Object.keys(ssh).length > 0) {
    throw usageError("an option for the SSH server needs --ssh", "Add --ssh.");
  }
  if (withSsh && users.length === 0 && passwordFile === undefined) {
    throw usageError("nobody could log in by SSH: anonymous users cannot", "Use --user NAME or --password-file FILE.");
  }
}

function optionsOf(draft: ServeDraft): Omit<ServerOptions, "files"> {
  const { passivePorts, activePort, passwordFile, anonymous, listen } = draft;
  const { sessionsMax, sessionsPerAddressMax, idleMs, loginMs, dataStallMs } = draft;
  return {
    passiveAddresses: draft.passiveAddresses,
    allowThirdParty: draft.allowThirdParty,
    active: draft.active,
    activePortOnly: draft.activePortOnly,
    atomicUploads: draft.atomicUploads,
    sync: draft.sync,
    // --implicit-tls adds a listener, and takes none away.
    ...(listen.length === 0
      ? {}
      : { listen: listen.every(({ implicitTls }) => implicitTls) ? [{}, ...listen] : listen }),
    ...definedProps({
      passwordFile,
      anonymous,
      passivePorts,
      activePort,
      sessionsMax,
      sessionsPerAddressMax,
      idleMs,
      loginMs,
      dataStallMs,
    }),
  };
}

function outputOf({ verbosity, quiet, json, log, trace }: ServeDraft): OutputOptions {
  return { verbosity, quiet, json, ...definedProps({ log, trace }) };
}
