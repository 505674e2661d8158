// The key pairs that may log in, in ssh's order: the public half is shown first, and signs only once the server would take it.
import ssh2, {
  type AnyAuthMethod,
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from "ssh2";
import { definedProps } from "../../../protocol/defined-props.ts";
import type { AuthenticationSettings } from "../configuration/host-settings.ts";
import { type AskPassphrase, fileIdentity, type KeyFile, keyOfText, readKeyFile } from "./key-file.ts";

type SignatureHash = SigningRequestOptions["hash"];

export interface Identity {
  /** File name or the agent's comment; for messages. */
  readonly label: string;
  /** May ask for a passphrase; `undefined` when there is no usable key after all. */
  publicKey(): Promise<ParsedKey | undefined>;
  /** `hash` as RFC 8332 wants it for RSA keys. Rejects when nothing can be signed. */
  sign(data: Buffer, hash: SignatureHash): Promise<Buffer>;
}

/**
 * An authentication attempt with one key. Every key goes through ssh2's agent interface, also those in files: that asks
 * the server about the public key before anything is signed, and it can wait for a passphrase; ssh2's own way with key
 * files can do neither.
 */
export async function attemptWith(identity: Identity, username: string): Promise<AnyAuthMethod | undefined> {
  const key = await identity.publicKey();
  return key === undefined ? undefined : { type: "agent", username, agent: new OneIdentity(identity, key) };
}

class OneIdentity extends BaseAgent<ParsedKey> {
  readonly #identity: Identity;
  readonly #key: ParsedKey;

  constructor(identity: Identity, key: ParsedKey) {
    super();
    this.#identity = identity;
    this.#key = key;
  }

  getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key]);
  }

  sign(_key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    const [hash, done] = typeof options === "function" ? [undefined, options] : [options.hash, callback];
    this.#identity.sign(data, hash).then(
      (signature) => done?.(undefined, signature),
      (error: Error) => done?.(error),
    );
  }
}

/** An identity whose public key is at hand. */
interface AgentIdentity extends Identity {
  readonly key: ParsedKey;
}

/** No agent, or one that does not answer, has no keys; ssh, too, continues without it. */
async function agentIdentities(path: string | undefined): Promise<AgentIdentity[]> {
  if (path === undefined) return [];
  const agent = createAgent(path);
  return (await listKeys(agent)).map((key) => ({
    key,
    label: key.comment === "" ? "a key of the agent" : `${key.comment} (agent)`,
    publicKey: () => Promise.resolve(key),
    sign: (data, hash) => signWith(agent, key, data, definedProps({ hash })),
  }));
}

function listKeys(agent: BaseAgent): Promise<ParsedKey[]> {
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => resolve(error ? [] : ((keys ?? []) as unknown[]).flatMap(usable)));
  });
}

/** Keys of kinds that ssh2 does not know (certificates, security keys) are left out. */
function usable(key: unknown): ParsedKey[] {
  const found = (key as { pubKey?: unknown }).pubKey ?? key;
  const parsed = ssh2.utils.parseKey(found as Buffer);
  const one = Array.isArray(parsed) ? parsed[0] : parsed;
  return one === undefined || one instanceof Error ? [] : [one];
}

function signWith(agent: BaseAgent, key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    agent.sign(key, data, options, (error, signature) => {
      if (signature === undefined) reject(error ?? new Error("the agent gave no signature"));
      else resolve(signature);
    });
  });
}

/**
 * First the agent's keys that are configured, in the order of IdentityFile; then the agent's other keys, unless
 * IdentitiesOnly; then the files. `ask` is absent where nobody can be asked: encrypted files are then left out.
 */
export async function findIdentities(
  settings: AuthenticationSettings,
  ask: AskPassphrase | undefined,
  tell: (line: string) => void,
): Promise<Identity[]> {
  const fromAgent = await agentIdentities(settings.agent);
  const read = await Promise.all(settings.identityFiles.map((path) => readKeyFile(path, tell)));
  const given = (settings.privateKeys ?? []).map(keyOfText);
  const files = [...read, ...given].filter((file): file is KeyFile => file !== undefined);
  const inAgent = (file: KeyFile): AgentIdentity | undefined =>
    fromAgent.find(({ key }) => file.publicKey?.getPublicSSH().equals(key.getPublicSSH()));
  const configured = new Set(files.flatMap((file) => inAgent(file) ?? []));
  const others = settings.identitiesOnly ? [] : fromAgent.filter((identity) => !configured.has(identity));
  const alone = files.filter((file) => file.privateText !== undefined && inAgent(file) === undefined);
  const usable = ask === undefined ? alone.filter((file) => file.privateKey !== undefined) : alone;
  const nobody: AskPassphrase = () => Promise.resolve(undefined);
  return [...configured, ...others, ...usable.map((file) => fileIdentity(file, ask ?? nobody, settings.promptsMax))];
}
