// The options of `sallyport serve` about its SSH server. All but --ssh itself need it.
import type { ServerSsh } from "../../serve/ssh/ssh-options.ts";
import { chooseWord } from "../command-line/choose-word.ts";
import { usageError } from "../command-line/usage-error.ts";
import { parseListen } from "./listen-spec.ts";
import type { ServeRow } from "./serve-draft.ts";

export const serveSshOptions: readonly ServeRow[] = [
  {
    long: "--ssh",
    values: ["[ADDRESS:]PORT"],
    optional: true,
    group: "SSH",
    help: "an SSH server too, for sallyport and sftp (127.0.0.1:2222)",
    apply: (draft, value) => {
      draft.withSsh = true;
      if (value === "") return;
      const { host = "", port = 0 } = parseSshListen(value);
      Object.assign(draft.ssh, { host, port });
    },
  },
  {
    long: "--authorized-keys",
    values: ["FILE"],
    group: "SSH",
    help: "public keys that may log in; %u in FILE is the user's name",
    apply: (draft, value) => {
      draft.ssh.authorizedKeysFile = file(value, "--authorized-keys");
    },
  },
  {
    long: "--host-key",
    values: ["FILE"],
    group: "SSH",
    help: "the server's own key, made if missing (in ~/.local/state/sallyport)",
    apply: (draft, value) => {
      draft.ssh.hostKeyFile = file(value, "--host-key");
    },
  },
  {
    long: "--permit-open",
    values: ["HOST:PORT"],
    group: "SSH",
    help: "let SSH clients connect there too; * is any host or port (repeatable)",
    apply: (draft, value) => {
      draft.ssh.permitOpen = [...(draft.ssh.permitOpen ?? []), value];
    },
  },
  {
    long: "--gateway-ports",
    values: ["no|yes|clientspecified"],
    group: "SSH",
    help: "where SSH clients may listen (no: loopback)",
    apply: (draft, value) => {
      draft.ssh.gatewayPorts = chooseWord(value, ["no", "yes", "clientspecified"] as const, "--gateway-ports");
    },
  },
];

/** A directory behind --ssh would be taken for its value. */
function parseSshListen(text: string): ServerSsh {
  try {
    return parseListen(text, "--ssh", false);
  } catch (cause) {
    if (!text.includes("/") && !text.includes(".")) throw cause;
    throw usageError(`--ssh: "${text}" is not an address and a port`, "The directory comes first: serve DIR --ssh.");
  }
}

function file(text: string, what: string): string {
  if (text !== "") return text;
  throw usageError(`${what} has an empty value`);
}
