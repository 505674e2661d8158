// The data ends of a model world: what a driver may report, in every order in which it may come.
import type { DataSide, Direction, RelayAction, RelayInput } from "../../../src/protocol/relay/messages.ts";
import type { ModelServer, ServerTransfer } from "./model-server.ts";

type EndState = "none" | "listening" | "waiting" | "connecting" | "open" | "closed";

interface Pair {
  readonly id: number;
  readonly ends: Record<DataSide, EndState>;
  /** Where the server listens, or what it was told. */
  backAddress: string;
  transfer: ServerTransfer | undefined;
  copying: Direction | undefined;
  copied: string | undefined;
  finishing: DataSide | undefined;
  finished: boolean;
}

type Step = () => void;

export class ModelData {
  readonly pairs = new Map<number, Pair>();
  readonly #server: ModelServer;
  readonly #mishaps: boolean;
  readonly #report: (input: RelayInput) => void;
  #portLast = 2000;

  constructor(server: ModelServer, mishaps: boolean, report: (input: RelayInput) => void) {
    this.#server = server;
    this.#mishaps = mishaps;
    this.#report = report;
  }

  /** The exchange that carried this transfer. */
  pairOf(line: string): Pair | undefined {
    return [...this.pairs.values()].find(({ transfer }) => transfer?.line === line);
  }

  /** Data ends that listen or are open. */
  get held(): number {
    const ends = [...this.pairs.values()].flatMap((pair) => Object.values(pair.ends));
    return ends.filter((state) => state !== "none" && state !== "closed").length;
  }

  perform(action: RelayAction): void {
    if (!("id" in action)) return;
    const pair = this.#pair(action.id);
    const { ends } = pair;
    if (action.type === "listen-front") this.#start(pair, "front", "listening");
    else if (action.type === "connect-front") this.#start(pair, "front", "connecting");
    else if (action.type === "listen-back") this.#start(pair, "back", "listening");
    else if (action.type === "connect-back") {
      pair.backAddress = String(action.port);
      this.#start(pair, "back", "connecting");
    } else if (action.type === "copy") this.#copy(pair, action.direction);
    else if (action.type === "finish") pair.finishing = action.side;
    else if (action.type === "forget-front") ends.front = "none";
    else if (action.type === "reset") this.#close(pair, action.side, "broken");
    else for (const side of ["front", "back"] as const) this.#close(pair, side, "ended");
  }

  steps(): Step[] {
    return [...this.pairs.values()].flatMap((pair) => {
      this.#meet(pair);
      return [...this.#frontSteps(pair), ...this.#backSteps(pair), ...this.#copySteps(pair)];
    });
  }

  #pair(id: number): Pair {
    const pair = this.pairs.get(id) ?? {
      id,
      ends: { front: "none", back: "none" },
      backAddress: "",
      transfer: undefined,
      copying: undefined,
      copied: undefined,
      finishing: undefined,
      finished: false,
    };
    this.pairs.set(id, pair);
    return pair;
  }

  #start(pair: Pair, side: DataSide, state: EndState): void {
    if (pair.ends[side] !== "none") throw new Error(`${side} of exchange ${pair.id} is ${pair.ends[side]} already`);
    pair.ends[side] = state;
  }

  #copy(pair: Pair, direction: Direction): void {
    if (pair.ends.front !== "open" || pair.ends.back !== "open") throw new Error(`nothing to copy on ${pair.id}`);
    pair.copying = direction;
  }

  /** A plain end of the data looks to a server that receives like the end of the file. */
  #close(pair: Pair, side: DataSide, how: "ended" | "broken"): void {
    if (side === "back" && pair.ends.back === "open" && pair.transfer?.data === "open") {
      pair.transfer.data = pair.transfer.direction === "upload" ? how : "broken";
    }
    pair.ends[side] = "closed";
  }

  /** The server's transfer and the connection at its address find each other. */
  #meet(pair: Pair): void {
    const { transfer } = this.#server;
    if (pair.ends.back !== "open" || transfer?.data !== "awaited" || transfer.address !== pair.backAddress) return;
    transfer.data = pair.finished ? "ended" : "open";
    pair.transfer = transfer;
  }

  #opened(pair: Pair, side: DataSide): Step {
    return () => {
      pair.ends[side] = "open";
      this.#report({ type: "data-open", id: pair.id, side });
    };
  }

  #failed(pair: Pair, side: DataSide): Step {
    return () => {
      pair.ends[side] = "none";
      this.#report({ type: "data-failed", id: pair.id, side, text: "mishap" });
    };
  }

  #listened(pair: Pair, type: "front-listening" | "back-listening"): Step {
    return () => {
      this.#portLast += 1;
      const address = { host: "127.0.0.1", port: this.#portLast };
      pair.ends[type === "front-listening" ? "front" : "back"] = "waiting";
      if (type === "back-listening") pair.backAddress = `127,0,0,1,${this.#portLast >> 8},${this.#portLast & 255}`;
      this.#report({ type, id: pair.id, address });
    };
  }

  #frontSteps(pair: Pair): Step[] {
    const { front } = pair.ends;
    const failed = this.#mishaps ? [this.#failed(pair, "front")] : [];
    if (front === "listening") return [this.#listened(pair, "front-listening"), ...failed];
    if (front === "waiting") return [this.#opened(pair, "front")];
    return front === "connecting" ? [this.#opened(pair, "front"), ...failed] : [];
  }

  #backSteps(pair: Pair): Step[] {
    const { back } = pair.ends;
    const failed = this.#mishaps ? [this.#failed(pair, "back")] : [];
    if (back === "listening") return [this.#listened(pair, "back-listening"), ...failed];
    if (back === "connecting") {
      const there = this.#server.isListeningAt(Number(pair.backAddress));
      return there ? [this.#opened(pair, "back"), ...failed] : [this.#failed(pair, "back")];
    }
    const { transfer } = this.#server;
    const calls = back === "waiting" && transfer?.data === "awaited" && transfer.address === pair.backAddress;
    return calls ? [this.#opened(pair, "back")] : [];
  }

  #copySteps(pair: Pair): Step[] {
    const steps: Step[] = [];
    const { transfer, copying } = pair;
    const end = (outcome: "eof" | "source-broke" | "sink-broke") => () => {
      pair.copying = undefined;
      pair.copied = outcome;
      this.#report({ type: "copied", id: pair.id, outcome });
    };
    if (copying !== undefined && pair.ends.front === "open" && pair.ends.back === "open") {
      if (copying === "upload" || transfer?.data === "ended") steps.push(end("eof"));
      if (this.#mishaps) steps.push(end(copying === "upload" ? "source-broke" : "sink-broke"));
    }
    if (pair.finishing !== undefined && pair.ends[pair.finishing] === "open")
      steps.push(() => this.#finish(pair, true));
    return steps;
  }

  #finish(pair: Pair, ok: boolean): void {
    if (pair.finishing === "back" && pair.transfer?.data === "open") pair.transfer.data = "ended";
    pair.finishing = undefined;
    pair.finished = ok;
    this.#report({ type: "finished", id: pair.id, ok });
  }
}
