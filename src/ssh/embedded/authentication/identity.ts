// A key pair that can log in: its public half is shown first, and signs only once the server would take it.
import {
  type AnyAuthMethod,
  BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from "ssh2";

export type SignatureHash = SigningRequestOptions["hash"];

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
