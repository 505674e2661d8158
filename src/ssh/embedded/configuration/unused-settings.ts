// Which settings of ssh_config(5) the embedded transport uses; none is ignored in silence: what it cannot honour is reported or refused.

import { SallyportError } from "../../../protocol/error.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";
import type { SshOptions } from "../../ssh-connection.ts";
import { type ConfigSource, configured } from "./config-values.ts";

/**
 * `used`: honoured. `harmless`: without meaning for a connection that only forwards. `reported`: not honoured, and the user
 * learns of it; the connection is then stricter or offers less, never more open. `reported-if-asked`: the same, but only when the
 * setting was given with -o, since system-wide files have it for everybody. `refused`: without it the connection would
 * not be what the user asked for.
 */
type Usage = "used" | "harmless" | "reported" | "reported-if-asked" | "refused";

const table: Readonly<Record<Usage, string>> = {
  used: `addressfamily batchmode bindaddress ciphers compression connecttimeout globalknownhostsfile hashknownhosts
    hostkeyalgorithms hostkeyalias hostname identitiesonly identityagent identityfile ignoreunknown
    kbdinteractiveauthentication kexalgorithms macs numberofpasswordprompts passwordauthentication port
    preferredauthentications proxycommand proxyjump pubkeyauthentication requiredrsasize serveralivecountmax
    serveraliveinterval stricthostkeychecking tcpkeepalive user userknownhostsfile`,
  harmless: `addkeystoagent canonicaldomains canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots
    canonicalizepermittedcnames clearallforwardings controlmaster controlpath controlpersist enableescapecommandline
    enablesshkeysign escapechar exitonforwardfailure forkafterauthentication forwardagent forwardx11 forwardx11timeout
    forwardx11trusted gatewayports gssapiclientidentity gssapidelegatecredentials gssapikexalgorithms
    gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns host hostbasedacceptedalgorithms include ipqos
    kbdinteractivedevices loglevel logverbose match obscurekeystroketiming permitremoteopen protocol remotecommand
    requesttty sendenv sessiontype setenv stdinnull streamlocalbindmask streamlocalbindunlink syslogfacility tag
    tunneldevice updatehostkeys visualhostkey warnweakcrypto xauthlocation`,
  reported: `certificatefile knownhostscommand nohostauthenticationforlocalhost pkcs11provider securitykeyprovider tunnel
    verifyhostkeydns`,
  "reported-if-asked": `casignaturealgorithms channeltimeout checkhostip connectionattempts dynamicforward fingerprinthash
    gssapiauthentication gssapikeyexchange hostbasedauthentication localcommand localforward permitlocalcommand
    pubkeyacceptedalgorithms rekeylimit remoteforward`,
  refused: "bindinterface proxyusefdpass refuseconnection revokedhostkeys",
};

const usages: ReadonlyMap<string, Usage> = new Map(
  Object.entries(table).flatMap(([usage, names]) => names.split(/\s+/).map((name) => [name, usage as Usage] as const)),
);

/** Older names that ssh still takes. */
const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: "kbdinteractiveauthentication",
  hostbasedkeytypes: "hostbasedacceptedalgorithms",
  pubkeyacceptedkeytypes: "pubkeyacceptedalgorithms",
  skeyauthentication: "kbdinteractiveauthentication",
};

/** The keyword in lower case, by its present name. */
export function keywordOf(name: string): string {
  const keyword = name.toLowerCase();
  return ownEntry(aliases, keyword) ?? keyword;
}

/** `undefined` for a keyword that no ssh knows. */
export function usageOf(keyword: string): Usage | undefined {
  return usages.get(keyword);
}

const off = new Set(["no", "false", "none", "internal"]);

/** Throws `SSH_CONFIG` for a setting that must not be left out; calls `notify` once for every other one. */
export function reportUnused(source: ConfigSource, options: SshOptions, notify: (line: string) => void): void {
  const asked = new Set((options.options ?? []).map(optionName));
  for (const keyword of new Set([...source.config.keys(), ...asked])) {
    const usage = usageOf(keyword) ?? (asked.has(keyword) ? "reported" : "harmless");
    if (usage === "used" || usage === "harmless") continue;
    const value = configured(source, keyword);
    if (value === undefined || off.has(value.toLowerCase())) continue;
    if (usage === "refused") throw cannotHonour(keyword, value);
    if (usage === "reported" || asked.has(keyword))
      notify(`Warning: ${keyword} ${value} is not honoured by the embedded SSH.`);
  }
}

/** The keyword of `-o Name=value`. */
function optionName(option: string): string {
  return keywordOf(/^\s*([a-z0-9]+)/i.exec(option)?.[1] ?? "");
}

function cannotHonour(keyword: string, value: string): SallyportError {
  return new SallyportError("SSH_CONFIG", `${keyword} ${value} cannot be honoured by the embedded SSH`, {
    hint: "Use --ssh openssh, or remove the setting.",
  });
}
