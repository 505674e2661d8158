// Who a session's client is, and who else is the same: by address, and by user where both are on this machine.
import { type Clock, wait } from "../platform/clock.ts";
import type { Ends } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { afterwards, type Soon } from "../platform/soon.ts";
import { plainHost, sameHost } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";

/** User id; `"gone"` when that end has been closed already, so that it belongs to nobody; `undefined` when it cannot be known. */
export type Owner = number | "gone" | undefined;

/** The user at the remote end of a connection, where that end is on this machine. */
export type OwnerOf = (connection: Ends, signal: AbortSignal) => Soon<Owner>;

/** Absent `ownerOf`: addresses alone decide. */
export interface IdentityEnvironment {
  readonly clock: Clock;
  readonly ownerOf?: OwnerOf;
}

/** Root may do everything anyway, and forwards for others (sshd, socat). */
const root = 0;

/** Where a client arrives that says `localhost`. */
const localhost: ReadonlySet<string> = new Set(["127.0.0.1", "::1"]);

export class ClientIdentity {
  /** Its address. */
  readonly host: string;
  readonly #environment: IdentityEnvironment;
  /** Asked at once: of a connection that is closed the system tells no more. */
  #owner: Soon<Owner>;
  /** Aborted with the session, which is the only one to ask. */
  readonly #gone: AbortController = new AbortController();

  constructor(control: Connection, environment: IdentityEnvironment) {
    this.host = plainHost(control.remote.host);
    this.#environment = environment;
    void control.closed.then(() => this.#gone.abort());
    const owner = control.user ?? this.#ownerOf(control);
    this.#owner = owner;
    if (owner instanceof Promise)
      void owner.then((known) => {
        this.#owner = known;
      });
  }

  /**
   * Is this connection's remote end, whose address is right, the same client (RFC 2577 section 8)? `mayHaveLeft`: it may have sent a short file and
   * closed before we could ask whose it is. Before the transfer has begun only an attacker does that; afterwards it gets its way
   * only if until `over`, or for a while, nobody comes who is known to be right.
   */
  isSameUser(ends: Ends, mayHaveLeft: () => boolean, over: () => AbortSignal): Soon<boolean> {
    return afterwards(this.#ownerOf(ends), (other) =>
      afterwards(this.#owner, (owner) => {
        if (typeof owner !== "number") return true;
        if (other !== "gone") return other === owner || other === root;
        return mayHaveLeft() && this.#nobodyElseComes(over());
      }),
    );
  }

  /**
   * Is it this client that we have connected to? Its program may take the connection later, and has it from whoever listens: so only
   * another user who has taken it is none.
   */
  async isReachedAt(ends: Ends): Promise<boolean> {
    const [owner, other] = await Promise.all([this.#owner, this.#ownerOf(ends)]);
    // The look was given up with the session: what was not found then says nothing.
    if (this.#gone.signal.aborted) return false;
    return typeof owner !== "number" || typeof other !== "number" || other === owner || other === root;
  }

  /** Another session's client may be the same, by its address. */
  isNear(other: ClientIdentity): boolean {
    return sameHost(other.host, this.host) || [this, other].every(({ host }) => localhost.has(host));
  }

  /** Is another session's client the same, so that the two may share a transfer? */
  async isSameAs(other: ClientIdentity): Promise<boolean> {
    if (!this.isNear(other)) return false;
    const [owner, its] = await Promise.all([this.#owner, other.#owner]);
    return typeof owner !== "number" || typeof its !== "number" || its === owner || its === root;
  }

  #ownerOf({ local, remote }: Ends): Soon<Owner> {
    return this.#environment.ownerOf?.({ local, remote }, this.#gone.signal);
  }

  #nobodyElseComes(signal: AbortSignal): Promise<boolean> {
    return wait(this.#environment.clock, limits.departedPeerMs, signal).then(
      () => true,
      () => false,
    );
  }
}
