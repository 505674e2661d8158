// A program on a simulated host.
import type { Host } from "../../simulation/host/host.ts";
import { type ExpectConnection, OwnedNetwork } from "../owned-network.ts";

export class Program extends OwnedNetwork {
  readonly host: Host;

  constructor(host: Host, expect: ExpectConnection) {
    super(host.network(), expect);
    this.host = host;
  }
}
