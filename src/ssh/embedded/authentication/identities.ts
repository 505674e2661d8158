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
import { type KeyFile, keyOfText, parseKey, readKeyFile } from "./key-file.ts";

type SignatureHash = SigningRequestOptions["hash"];

/** Asks for the passphrase of a file; `undefined` when nobody can be asked. */
type AskPassphrase = (file: string) => Promise<string | undefined>;

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
  notify: (line: string) => void,
): Promise<Identity[]> {
  const fromAgent = await agentIdentities(settings.agent);
  const read = await Promise.all(settings.identityFiles.map((path) => readKeyFile(path, notify)));
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

/** Identity that asks for the passphrase, at most `attemptsMax` times, when the server would take the key. */
function fileIdentity(file: KeyFile, ask: AskPassphrase, attemptsMax: number): Identity {
  let opened: Promise<ParsedKey | undefined> | undefined;
  const open = (): Promise<ParsedKey | undefined> => {
    opened ??= file.privateKey === undefined ? decrypt(file, ask, attemptsMax) : Promise.resolve(file.privateKey);
    return opened;
  };
  return {
    label: file.path,
    publicKey: async () => file.publicKey ?? (await open()),
    sign: async (data, hash) => {
      const key = await open();
      if (key === undefined) throw new Error(`${file.path} was not decrypted`);
      return signed(key.sign(data, hash));
    },
  };
}

async function decrypt(file: KeyFile, ask: AskPassphrase, attemptsMax: number): Promise<ParsedKey | undefined> {
  if (file.privateText === undefined) return undefined;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const passphrase = await ask(file.path);
    if (passphrase === undefined || passphrase === "") return undefined; // ssh, too, takes nothing for "next key"
    const key = parseKey(file.privateText, passphrase);
    if (!(key instanceof Error)) return key;
  }
  return undefined;
}

/** ssh2 returns its errors. */
function signed(signature: Buffer | Error): Buffer {
  if (signature instanceof Error) throw signature;
  return signature;
}
