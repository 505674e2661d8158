// Does what the relay machine wants done to the data ends.
import { finish } from "../data-connection/finish.ts";
import type { RelayAction } from "../protocol/relay/messages.ts";
import type { DataEnds } from "./data-ends.ts";
import { ExchangeEnds, type ExchangeReports } from "./exchange-ends.ts";

type DataAction = Extract<RelayAction, { readonly id: number }>;
type Performers = {
  readonly [Type in DataAction["type"]]: (ends: ExchangeEnds, action: Extract<DataAction, { type: Type }>) => void;
};

export class DataPerformer {
  readonly #exchanges: Map<number, ExchangeEnds> = new Map();
  readonly #reports: ExchangeReports;
  readonly #ends: DataEnds;

  constructor(reports: ExchangeReports, ends: DataEnds) {
    this.#reports = reports;
    this.#ends = ends;
  }

  perform(action: DataAction): void {
    const ends = this.#exchanges.get(action.id) ?? new ExchangeEnds(action.id, this.#reports);
    this.#exchanges.set(action.id, ends);
    (this.#performers[action.type] as (ends: ExchangeEnds, action: DataAction) => void)(ends, action);
  }

  breakAll(): void {
    for (const ends of this.#exchanges.values()) ends.breakOff();
    this.dropAll();
  }

  dropAll(): void {
    for (const ends of this.#exchanges.values()) ends.drop();
    this.#exchanges.clear();
  }

  /** Bytes of all exchanges that exist: only whether it changes matters. */
  get bytes(): number {
    return [...this.#exchanges.values()].reduce((sum, ends) => sum + ends.bytes, 0);
  }

  readonly #performers: Performers = {
    "listen-downstream": (ends) => this.#ends.listenFront(ends),
    "connect-downstream": (ends, { to }) => this.#ends.connectFront(ends, to),
    "connect-upstream": (ends, { port }) => this.#ends.connectBack(ends, port),
    "listen-upstream": (ends, { how }) => this.#ends.listenBack(ends, how),
    copy: (ends, { direction }) => ends.copy(direction),
    finish: (ends, { side }) => ends.finish(side, (connection) => finish(connection, this.#reports.clock)),
    reset: (ends, { side }) => ends.reset(side),
    "forget-downstream": (ends) => ends.forget("downstream"),
    "call-off": (ends) => {
      this.#exchanges.delete(ends.id);
      ends.callOff();
    },
    drop: (ends) => {
      this.#exchanges.delete(ends.id);
      ends.drop();
    },
  };
}

/** True for the actions that concern an exchange. */
export function isDataAction(action: RelayAction): action is DataAction {
  return "id" in action;
}
