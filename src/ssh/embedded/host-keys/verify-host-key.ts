// Is this the server that we mean? Decides as ssh does with StrictHostKeyChecking, but never lets a changed key pass.
import { formatEndpoint } from "../../../platform/endpoint.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import type { AskUser } from "../../ssh-connection.ts";
import { fingerprint, keyName, rsaBits } from "./fingerprint.ts";
import { type Finding, findKey, type HostIdentity, type KnownHost, lookupName, recordHostKey } from "./known-hosts.ts";

export interface HostKeyPolicy {
  readonly identity: HostIdentity;
  readonly strict: "yes" | "ask" | "accept-new" | "no";
  readonly entries: readonly KnownHost[];
  /** Where an accepted key is written; `undefined` for UserKnownHostsFile none. */
  readonly recordIn: string | undefined;
  readonly hashNames: boolean;
  /** RequiredRSASize, in bits. */
  readonly rsaBitsMin: number;
  readonly askUser: AskUser | undefined;
  readonly tellUser: (line: string) => void;
}

type Unknown = Extract<Finding, { status: "unknown" }>;

/** Returns when the key is good, else throws `SSH_HOST_KEY`, or the signal's reason. `address` is shown in the question. */
export async function verifyHostKey(
  policy: HostKeyPolicy,
  key: Buffer,
  address: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { identity } = policy;
  const bits = rsaBits(key);
  if (bits !== undefined && bits < policy.rsaBitsMin) throw smallKey(identity, bits, policy.rsaBitsMin);
  const finding = findKey(policy.entries, identity, key);
  switch (finding.status) {
    case "known":
      return;
    case "revoked":
      throw revokedKey(identity, key, finding.entry);
    case "changed":
      throw changedKey(identity, key, finding.entry);
    case "unknown":
      return acceptUnknown(policy, key, address, finding, signal);
  }
}

async function acceptUnknown(
  policy: HostKeyPolicy,
  key: Buffer,
  address: string | undefined,
  finding: Unknown,
  signal: AbortSignal,
): Promise<void> {
  const { identity, strict, askUser } = policy;
  if (finding.authority !== undefined) throw onlyCertificates(identity, finding.authority);
  if (strict === "yes") throw unknownKey(identity, key, "StrictHostKeyChecking is yes");
  if (strict === "ask") {
    if (askUser === undefined) throw unknownKey(identity, key, "nobody can be asked");
    const accepted = await askAboutKey(askUser, question(policy, key, address, finding), key, signal);
    if (!accepted) throw unknownKey(identity, key, "it was not accepted");
  }
  await record(policy, key);
}

function question(policy: HostKeyPolicy, key: Buffer, address: string | undefined, { others }: Unknown): string {
  const { identity, entries } = policy;
  const where = address === undefined ? "" : ` (${formatEndpoint({ host: address, port: identity.port })})`;
  const elsewhere = entries.filter((entry) => entry.marker === undefined && entry.key.equals(key));
  return [
    `The authenticity of host '${identity.alias ?? identity.host}${where}' can't be established.`,
    `${keyName(key)} key fingerprint is ${fingerprint(key)}.`,
    ...list("WARNING: the host is known by keys of other types, and showed none of them:", others),
    ...list("This key is known by other names:", elsewhere),
    ...(elsewhere.length === 0 ? ["This key is not known by any other names."] : []),
    "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
  ].join("\n");
}

function list(title: string, entries: readonly KnownHost[]): string[] {
  return entries.length === 0 ? [] : [title, ...entries.map(({ type, file, line }) => `  ${type} ${file}:${line}`)];
}

async function askAboutKey(askUser: AskUser, text: string, key: Buffer, signal: AbortSignal): Promise<boolean> {
  let asked = text;
  for (let count = 0; count < limits.sshHostKeyAnswersMax; count++) {
    const answer = (await askUser({ kind: "host-key", text: asked, echo: true }, signal))?.trim();
    signal.throwIfAborted();
    if (answer === undefined || answer.toLowerCase() === "no") return false;
    if (answer.toLowerCase() === "yes" || answer === fingerprint(key)) return true;
    asked = "Please type 'yes', 'no' or the fingerprint: ";
  }
  return false;
}

/** A file that cannot be written does not stop the connection: ssh, too, only says so. */
async function record({ identity, recordIn, hashNames, tellUser }: HostKeyPolicy, key: Buffer): Promise<void> {
  const name = lookupName(identity);
  if (recordIn === undefined) return;
  try {
    await recordHostKey(recordIn, name, key, hashNames);
    tellUser(`Warning: Permanently added '${name}' (${keyName(key)}) to the list of known hosts.`);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    tellUser(`Warning: '${name}' could not be added to ${recordIn}: ${code}`);
  }
}

const place = (entry: KnownHost): string => `${entry.file}:${entry.line}`;

function refusal(message: string, hint: string): SallyportError {
  return new SallyportError("SSH_HOST_KEY", message, { details: { phase: "host key" }, hint });
}

function changedKey(host: HostIdentity, key: Buffer, entry: KnownHost): SallyportError {
  const name = lookupName(host);
  return refusal(
    `the host key of ${name} has changed: its ${keyName(key)} key is ${fingerprint(key)}, another one is known (${place(entry)})`,
    `Somebody may be in between. If the key was changed on purpose, remove the old one: ssh-keygen -f ${entry.file} -R '${name}'`,
  );
}

function revokedKey(host: HostIdentity, key: Buffer, entry: KnownHost): SallyportError {
  return refusal(
    `the host key of ${lookupName(host)} is marked as revoked (${place(entry)}): ${keyName(key)} ${fingerprint(key)}`,
    "The key may have been stolen. Ask the administrator of the SSH server for a new one.",
  );
}

function unknownKey(host: HostIdentity, key: Buffer, why: string): SallyportError {
  const port = host.port === 22 ? "" : `-p ${host.port} `;
  return refusal(
    `the host key of ${lookupName(host)} is not known: ${keyName(key)} ${fingerprint(key)}; ${why}`,
    `Compare the fingerprint with the server's, then accept the key once with: ssh ${port}${host.host}`,
  );
}

function onlyCertificates(host: HostIdentity, authority: KnownHost): SallyportError {
  return refusal(
    `${lookupName(host)} is known by a certificate authority (${place(authority)}), and the embedded SSH cannot check host certificates`,
    "Use --ssh openssh, or add the server's own key to known_hosts.",
  );
}

function smallKey(host: HostIdentity, bits: number, least: number): SallyportError {
  return refusal(
    `the RSA host key of ${lookupName(host)} has ${bits} bits, fewer than RequiredRSASize ${least}`,
    "Ask the administrator of the SSH server for a larger key or one of another type.",
  );
}
