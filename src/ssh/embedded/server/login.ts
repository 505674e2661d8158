// Who is this client? Password and public key (RFC 4252), one attempt after the other.
import ssh2, { type AuthContext, type PasswordAuthContext, type PublicKeyAuthContext } from "ssh2";
import type { LoginGuard } from "../../../admission/login-guard.ts";
import { type Clock, wait } from "../../../platform/clock.ts";
import { limits } from "../../../protocol/limits.ts";
import type { AuthenticateSsh, SshUser } from "./options.ts";

export interface LoginParts {
  readonly clock: Clock;
  readonly guard: LoginGuard;
  readonly authenticate: AuthenticateSsh;
  readonly methods: readonly ("publickey" | "password")[];
  /** The client's. */
  readonly address: string;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  readonly onRefused: (user: string, method: string) => void;
  /** After too many attempts, or when the judge failed. */
  readonly giveUp: (reason: string) => void;
}

export class Login {
  readonly #parts: LoginParts;
  #hasAsked = false;
  #failures = 0;
  /** Set before ssh2 reports that the client is let in. */
  user: SshUser | undefined;
  method = "";

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  attempt(context: AuthContext): void {
    this.#judge(context).catch(() => {
      if (!this.#parts.signal.aborted) this.#parts.giveUp("its login could not be judged");
    });
  }

  async #judge(context: AuthContext): Promise<void> {
    const { signal } = this.#parts;
    const user = await this.#userOf(context);
    signal.throwIfAborted();
    if (user === undefined) return this.#refuse(context);
    // RFC 4252 section 7: the client asks whether it is worth to make a signature.
    if (context.method === "publickey" && context.signature === undefined) return context.accept();
    this.user = user;
    this.method = context.method;
    context.accept();
  }

  #userOf(context: AuthContext): Promise<SshUser | undefined> {
    const { methods } = this.#parts;
    const { method } = context;
    if (method === "password" && methods.includes(method)) return this.#byPassword(context);
    if (method === "publickey" && methods.includes(method)) return this.#byKey(context);
    return Promise.resolve(undefined);
  }

  async #byPassword({ username, password }: PasswordAuthContext): Promise<SshUser | undefined> {
    const { guard, address, authenticate, signal } = this.#parts;
    const judge = (): Promise<SshUser | undefined> =>
      authenticate({ method: "password", user: username, password, address }, signal);
    return guard.attempt(address, bytesOf(username), judge, signal);
  }

  async #byKey(context: PublicKeyAuthContext): Promise<SshUser | undefined> {
    const { address, authenticate, signal } = this.#parts;
    const { username, key } = context;
    if (isSha1(context)) return undefined;
    const attempt = { method: "publickey", user: username, keyType: key.algo, key: key.data, address } as const;
    const user = await authenticate(attempt, signal);
    if (user === undefined || context.signature === undefined) return user;
    if (hasSigned(context)) {
      this.#parts.guard.succeeded(address, bytesOf(username));
      return user;
    }
    await this.#punish(username);
    return undefined;
  }

  /** A key that is not known is no guess: agents try all that they have. */
  async #punish(user: string): Promise<void> {
    const { clock, guard, address, signal } = this.#parts;
    guard.failed(address, bytesOf(user));
    await wait(clock, limits.loginDelayMsMin, signal);
  }

  #refuse(context: AuthContext): void {
    const { methods, onRefused, giveUp } = this.#parts;
    // RFC 4252 section 5.2: clients begin with "none" to learn what there is.
    const isQuestion = context.method === "none" && !this.#hasAsked;
    this.#hasAsked = true;
    if (!isQuestion) {
      this.#failures += 1;
      onRefused(context.username, context.method);
    }
    if (this.#failures < limits.sshServerAuthTriesMax) context.reject([...methods]);
    else giveUp("too many authentication failures");
  }
}

/** A name as the guard knows it, and as FTP sends it: one character per byte of its UTF-8. */
function bytesOf(name: string): string {
  return Buffer.from(name, "utf8").toString("latin1");
}

/** RSA with SHA-1: RFC 8332 replaced it, and OpenSSH 8.8 refuses it. */
function isSha1({ key, hashAlgo }: PublicKeyAuthContext): boolean {
  return key.algo === "ssh-dss" || (key.algo === "ssh-rsa" && hashAlgo === undefined);
}

/** The key has been found good for the user before, so it is none of the client's own making that is parsed here. */
function hasSigned({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  if (blob === undefined || signature === undefined) return false;
  const parsed: unknown = ssh2.utils.parseKey(`${key.algo} ${key.data.toString("base64")}`);
  const publicKey = (Array.isArray(parsed) ? parsed[0] : parsed) as ssh2.ParsedKey | Error;
  if (publicKey instanceof Error || publicKey.type !== key.algo) return false;
  return publicKey.verify(blob, signature, hashAlgo) === true; // may be an Error
}
