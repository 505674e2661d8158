// Who a session's client is, and who else is the same: by address, and by user where both are on this machine.
import type { Connection } from "../platform/network.ts";
import { plainHost, sameHost } from "../protocol/ip-address.ts";
import type { Ends, GatewayEnvironment, Owner } from "./environment.ts";

/** Root may do everything anyway, and forwards for others (sshd, socat). */
const root = 0;

/** Where a client arrives that says `localhost`. */
const localhost: ReadonlySet<string> = new Set(["127.0.0.1", "::1"]);

export class ClientIdentity {
  /** Its address. */
  readonly host: string;
  readonly #ownerOf: NonNullable<GatewayEnvironment["ownerOf"]>;
  /** Asked at once: of a connection that is closed the system tells no more. */
  readonly #owner: Promise<Owner>;

  constructor(front: Connection, environment: GatewayEnvironment) {
    this.host = plainHost(front.remote.host);
    this.#ownerOf = environment.ownerOf ?? (async () => undefined);
    this.#owner = this.#ownerOf({ local: front.local, remote: front.remote });
  }

  /**
   * Is this connection's remote end the same client (RFC 2577 section 8)? `mayHaveLeft`: it may have sent a short file and
   * closed before we could ask whose it is. Before the transfer has begun only an attacker does that.
   */
  async isPeerOf(ends: Ends, mayHaveLeft: () => boolean): Promise<boolean> {
    if (!sameHost(ends.remote.host, this.host)) return false;
    const other = await this.#ownerOf(ends);
    return other === "gone" && mayHaveLeft() ? true : this.#mayBe(other);
  }

  /** Another session's client may be the same, by its address. */
  isNear(other: ClientIdentity): boolean {
    return sameHost(other.host, this.host) || [this, other].every(({ host }) => localhost.has(host));
  }

  /** Is another session's client the same, so that the two may share a transfer? */
  async isSameAs(other: ClientIdentity): Promise<boolean> {
    return this.isNear(other) && this.#mayBe(await other.#owner);
  }

  async #mayBe(other: Owner): Promise<boolean> {
    const owner = await this.#owner;
    if (owner === undefined || owner === "gone" || other === undefined) return true;
    return other === owner || other === root;
  }
}
