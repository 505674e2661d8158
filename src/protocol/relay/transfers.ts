// Transfer commands: both data connections brought together, and the server's final reply held back until the data says the same.
import type { Command } from "../command.ts";
import { noDataConnection } from "../data-commands.ts";
import { limits } from "../limits.ts";
import type { Reply } from "../reply.ts";
import type { Aborts } from "./aborts.ts";
import { Completion } from "./completion.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import type { DownstreamTls } from "./downstream-tls.ts";
import type { FileHashes } from "./file-hashes.ts";
import type { FileNotes } from "./file-notes.ts";
import type { CopyOutcome, DataSide, Direction } from "./messages.ts";
import { resumingCommand } from "./resumption.ts";
import type { SessionRecord } from "./session-record.ts";
import { explained, gatewayReply } from "./texts.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { UpstreamSetup } from "./upstream-setup.ts";
import type { UpstreamTls } from "./upstream-tls.ts";

const dataSides: readonly DataSide[] = ["downstream", "upstream"];

interface SessionParts {
  readonly control: ControlConnections;
  readonly upstreamTls: UpstreamTls;
  readonly downstreamTls: DownstreamTls;
  readonly queue: TransferQueue;
  readonly upstream: UpstreamSetup;
  readonly aborts: Aborts;
  readonly recorder: TransferRecorder | undefined;
  readonly showsTransfers: boolean;
}

/** What is kept for a session that is to outlive its connections to the server. */
export interface TransferRecorder {
  readonly record: SessionRecord;
  readonly notes: FileNotes;
  readonly hashes: FileHashes;
}

export class Transfers {
  readonly #control: ControlConnections;
  readonly #tls: Readonly<Record<DataSide, { readonly protectsData: boolean }>>;
  readonly #explain: (reply: Reply) => Reply;
  readonly #queue: TransferQueue;
  readonly #upstream: UpstreamSetup;
  readonly #aborts: Aborts;
  readonly #completion: Completion;
  readonly #recorder: TransferRecorder | undefined;
  readonly #showsTransfers: boolean;

  constructor(parts: SessionParts) {
    const { control, upstreamTls, downstreamTls, queue, upstream, aborts, recorder } = parts;
    this.#control = control;
    this.#tls = { downstream: downstreamTls, upstream: upstreamTls };
    this.#explain = (reply) => upstreamTls.explain(reply);
    this.#queue = queue;
    this.#upstream = upstream;
    this.#aborts = aborts;
    this.#completion = new Completion(queue, aborts);
    this.#recorder = recorder;
    this.#showsTransfers = parts.showsTransfers;
  }

  begin(transfer: DataTransfer, command: Command, direction: Direction, restarted: boolean): void {
    this.#queue.start(transfer);
    if (!this.#showsTransfers) this.#control.showLess();
    this.#upstream.transferBegins();
    const secure = dataSides.filter((side) => this.#tls[side].protectsData);
    const slot = this.#control.openSlot(command.verb);
    const { record, hashes } = this.#recorder ?? {};
    const isWholeFile = command.verb === "STOR" && !restarted;
    const hash = record?.carriesBytes ? hashes?.algorithmFor(isWholeFile) : undefined;
    transfer.begin({ command, direction, restarted, secure, slot, restart: record?.restart, hash });
    // As soon as port and transfer are known, so that the channel is ahead of the data.
    transfer.connectUpstream();
    this.#recorder?.notes.take(transfer);
    this.#recorder?.record.transferBegins();
    const isDownload = direction === "download";
    // TLS needs both directions to the end.
    if (this.#upstream.ahead.isAllowed && isDownload && !secure.includes("upstream")) transfer.halfClose();
    this.#send(transfer, command);
    this.#upstream.transferSent(isDownload);
    transfer.copyIfOpen();
  }

  /** On another connection to the server, which is prepared for it; `from`: of an upload, in the bytes of the client. */
  resume(transfer: DataTransfer, from: number | undefined): void {
    if (transfer.command === undefined) return;
    this.#upstream.transferBegins();
    transfer.resume(from);
    transfer.connectUpstream();
    this.#send(transfer, resumingCommand(transfer.command.command));
    transfer.copyIfOpen();
  }

  opened(transfer: DataTransfer, side: DataSide): void {
    if (side === "upstream") this.#upstream.opened(transfer);
    else transfer.opened(side);
    transfer.copyIfOpen();
  }

  /** A data connection could not be had: the client learns it now, the server's own reply is awaited for nobody. */
  failed(transfer: DataTransfer, side: DataSide, text: string): void {
    if (side === "upstream") this.#upstream.demote();
    if (transfer.data !== "opening") return;
    const hasNoSource = side === "downstream" && transfer.direction === "upload";
    transfer.moved(hasNoSource ? "unreachable" : "abort");
    this.#completion.resetDownstream(transfer);
    if (hasNoSource && transfer.final === "none") this.#aborts.begin(transfer, "gateway");
    else transfer.reset("upstream");
    transfer.answer(noDataConnection(text), "gateway");
    if (transfer.final !== "none") this.#completion.end(transfer);
  }

  copied(transfer: DataTransfer, outcome: CopyOutcome, text?: string): void {
    if (text !== undefined) transfer.noteBreak(text);
    if (transfer.moved(outcome)) this.#settled(transfer);
  }

  finished(transfer: DataTransfer, ok: boolean): void {
    if (transfer.moved(ok ? "delivered" : "undelivered")) this.#settled(transfer);
  }

  /** Whether it waits for news of what its data connection to the server went through. */
  awaitsNews(transfer: DataTransfer): boolean {
    return this.#recorder !== undefined && transfer.isServerBroken && !this.#control.serverIsGone;
  }

  /** No news: it was the data connection alone that broke. */
  breakStands(): void {
    const transfer = this.#queue.head;
    if (transfer !== undefined) this.#completion.proceed(transfer);
  }

  /** It was interrupted and cannot go on: what the client has must not look whole. */
  giveUp(transfer: DataTransfer, why: string): void {
    this.#completion.resetBoth(transfer);
    this.#completion.conclude(transfer, gatewayReply("transferBroken", why), "gateway");
  }

  /**
   * The client's ABOR, which is on its way to the server: the client's data connection breaks at once, the server's when it has
   * answered. Also when the server is done and the client has not yet read it all: it may not mean to.
   */
  aborted(): void {
    const transfer = this.#queue.head;
    if (transfer === undefined || transfer.data === "finished" || transfer.data === "aborted") return;
    this.#completion.resetDownstream(transfer);
    if (this.#control.serverIsGone) transfer.reset("upstream");
    else this.#aborts.begin(transfer, "client");
    transfer.moved("abort");
    this.#completion.proceed(transfer);
  }

  /** What the server has not confirmed must not look complete to anybody; with `all`, nothing else either. */
  abandon(options: { readonly tellServer: boolean; readonly all: boolean }): void {
    for (const transfer of this.#queue.running) {
      if (!options.all && transfer.final === "good" && !transfer.isAnswered) continue;
      const isUnfinishedUpload =
        transfer.direction === "upload" && transfer.final === "none" && transfer.data !== "finished";
      if (options.tellServer && isUnfinishedUpload) {
        this.#completion.resetDownstream(transfer);
        this.#aborts.begin(transfer, "gateway");
        transfer.moved("abort");
      } else {
        this.#completion.resetBoth(transfer);
        this.#completion.end(transfer);
      }
    }
  }

  /** No byte has moved for long, though one half of the transfer waits for the other. */
  stalled(): void {
    const transfer = this.#queue.head;
    if (transfer === undefined) return;
    // Given up before: what waits behind it waits for ever.
    if (transfer.isAnswered) this.#control.loseStep(`it does not say how ${transfer.verb} ended`);
    this.#completion.resetBoth(transfer);
    if (transfer.final === "none") {
      transfer.answer(gatewayReply("transferBroken", "the FTP server does not confirm the transfer"), "gateway");
      transfer.moved("abort");
    } else {
      const why = "the FTP server reported the end, but the data connection did not end";
      this.#completion.conclude(transfer, gatewayReply("transferBroken", why), "gateway");
    }
  }

  dataOpenLate(): void {
    const transfer = this.#queue.head;
    if (transfer?.data !== "opening") return;
    const side = transfer.downstream === "open" ? "upstream" : "downstream";
    const who = side === "downstream" ? "the FTP client did not connect" : "the FTP server did not connect";
    this.failed(transfer, side, `${who} within ${limits.dataOpenMs / 1000} s: a firewall between us?`);
  }

  #send(transfer: DataTransfer, command: Command): void {
    this.#control.forward(command, {
      verb: command.verb,
      kind: "transfer",
      // Before the server has all of an upload, nothing that is good news is about it.
      mayBeDone: () =>
        transfer.direction === "download" || (transfer.data !== "opening" && transfer.data !== "running"),
      onPreliminary: (reply) => this.#begun(transfer, reply),
      onFinal: (reply) => this.#final(transfer, reply),
    });
  }

  /** Its data has come to an end, of whatever kind. */
  #settled(transfer: DataTransfer): void {
    if (!this.awaitsNews(transfer)) this.#completion.proceed(transfer);
  }

  #begun(transfer: DataTransfer, reply: Reply): void {
    // Pure-FTPd says 150 once more when a download breaks.
    if (transfer.data === "aborted" && transfer.hasBegun) return;
    transfer.serverBegins(reply);
    if (transfer.data === "opening") transfer.connectDownstream();
    transfer.copyIfOpen();
  }

  #final(transfer: DataTransfer, said: Reply): void {
    const reply = this.#explain(explained(said, transfer.warning));
    transfer.serverEnds(reply);
    this.#aborts.ended(transfer);
    // The client has been sent 150, and perhaps a part.
    if (transfer.isResumed && transfer.hasBegun && transfer.final === "bad" && transfer.data === "opening") {
      this.giveUp(transfer, `the FTP server said ${reply.lines[0]} when it was to go on`);
      return;
    }
    const refused = transfer.final === "bad" && !transfer.hasBegun && !transfer.isAnswered;
    if (refused && transfer.data === "opening") this.#release(transfer, reply);
    else if (refused && transfer.data === "running") this.#callOff(transfer, reply);
    else {
      // Not for a transfer that was given up meanwhile.
      if (transfer.final === "good" && transfer.data === "opening") transfer.connectDownstream();
      transfer.copyIfOpen();
      this.#completion.proceed(transfer);
    }
  }

  /** Refused before it began (550): the data connections stay for the next try, as they do at the server. */
  #release(transfer: DataTransfer, reply: Reply): void {
    transfer.answer(reply, "server");
    transfer.refused();
    if (this.#queue.reuse(transfer)) {
      // The server has another port by now, or this connection is good for downloads alone.
      if (this.#upstream.ahead.isAsked || transfer.isHalfClosed) transfer.withdrawUpstream();
      return;
    }
    transfer.refusePassiveCommand("the transfer was refused before");
    transfer.drop();
  }

  /** The same with both data connections already open. */
  #callOff(transfer: DataTransfer, reply: Reply): void {
    transfer.refused();
    this.#queue.end(transfer);
    transfer.answer(reply, "server");
  }
}
