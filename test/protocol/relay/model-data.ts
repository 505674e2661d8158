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
    if (action.type === "listen-downstream") this.#start(pair, "downstream", "listening");
    else if (action.type === "connect-downstream") this.#start(pair, "downstream", "connecting");
    else if (action.type === "listen-upstream") this.#start(pair, "upstream", "listening");
    else if (action.type === "connect-upstream") {
      pair.backAddress = String(action.port);
      this.#start(pair, "upstream", "connecting");
    } else if (action.type === "copy") this.#copy(pair, action.direction);
    else if (action.type === "finish") pair.finishing = action.side;
    else if (action.type === "forget-downstream") ends.downstream = "none";
    else if (action.type === "reset") this.#close(pair, action.side, "broken");
    else for (const side of ["downstream", "upstream"] as const) this.#close(pair, side, "ended");
  }

  steps(): Step[] {
    return [...this.pairs.values()].flatMap((pair) => {
      this.#meet(pair);
      return [...this.#downstreamSteps(pair), ...this.#upstreamSteps(pair), ...this.#copySteps(pair)];
    });
  }

  #pair(id: number): Pair {
    const pair = this.pairs.get(id) ?? {
      id,
      ends: { downstream: "none", upstream: "none" },
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
    if (pair.ends.downstream !== "open" || pair.ends.upstream !== "open")
      throw new Error(`nothing to copy on ${pair.id}`);
    pair.copying = direction;
  }

  /** A plain end of the data looks to a server that receives like the end of the file. */
  #close(pair: Pair, side: DataSide, how: "ended" | "broken"): void {
    if (side === "upstream" && pair.ends.upstream === "open" && pair.transfer?.data === "open") {
      pair.transfer.data = pair.transfer.direction === "upload" ? how : "broken";
    }
    pair.ends[side] = "closed";
  }

  /** The server's transfer and the connection at its address find each other. */
  #meet(pair: Pair): void {
    const { transfer } = this.#server;
    if (pair.ends.upstream !== "open" || transfer?.data !== "awaited" || transfer.address !== pair.backAddress) return;
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

  #listened(pair: Pair, type: "downstream-listening" | "upstream-listening"): Step {
    return () => {
      this.#portLast += 1;
      const address = { host: "127.0.0.1", port: this.#portLast };
      pair.ends[type === "downstream-listening" ? "downstream" : "upstream"] = "waiting";
      if (type === "upstream-listening") pair.backAddress = `127,0,0,1,${this.#portLast >> 8},${this.#portLast & 255}`;
      this.#report({ type, id: pair.id, address });
    };
  }

  #downstreamSteps(pair: Pair): Step[] {
    const { downstream } = pair.ends;
    const failed = this.#mishaps ? [this.#failed(pair, "downstream")] : [];
    if (downstream === "listening") return [this.#listened(pair, "downstream-listening"), ...failed];
    if (downstream === "waiting") return [this.#opened(pair, "downstream")];
    return downstream === "connecting" ? [this.#opened(pair, "downstream"), ...failed] : [];
  }

  #upstreamSteps(pair: Pair): Step[] {
    const { upstream } = pair.ends;
    const failed = this.#mishaps ? [this.#failed(pair, "upstream")] : [];
    if (upstream === "listening") return [this.#listened(pair, "upstream-listening"), ...failed];
    if (upstream === "connecting") {
      const there = this.#server.isListeningAt(Number(pair.backAddress));
      return there ? [this.#opened(pair, "upstream"), ...failed] : [this.#failed(pair, "upstream")];
    }
    const { transfer } = this.#server;
    const calls = upstream === "waiting" && transfer?.data === "awaited" && transfer.address === pair.backAddress;
    return calls ? [this.#opened(pair, "upstream")] : [];
  }

  #copySteps(pair: Pair): Step[] {
    const steps: Step[] = [];
    const { transfer, copying } = pair;
    const end = (outcome: "eof" | "source-broke" | "sink-broke") => () => {
      pair.copying = undefined;
      pair.copied = outcome;
      this.#report({ type: "copied", id: pair.id, outcome });
    };
    if (copying !== undefined && pair.ends.downstream === "open" && pair.ends.upstream === "open") {
      if (copying === "upload" || transfer?.data === "ended") steps.push(end("eof"));
      if (this.#mishaps) steps.push(end(copying === "upload" ? "source-broke" : "sink-broke"));
    }
    if (pair.finishing !== undefined && pair.ends[pair.finishing] === "open")
      steps.push(() => this.#finish(pair, true));
    return steps;
  }

  #finish(pair: Pair, ok: boolean): void {
    if (pair.finishing === "upstream" && pair.transfer?.data === "open") pair.transfer.data = "ended";
    pair.finishing = undefined;
    pair.finished = ok;
    this.#report({ type: "finished", id: pair.id, ok });
  }
}
