// What a measurement is: it is taken of every way that leads to a server, at one site.
import type { FtpServer } from "../test/support/ftp-servers.ts";
import type { EventLoopProbe } from "./event-loop-probe.ts";
import type { Columns, Figures } from "./figures.ts";
import type { Row } from "./table.ts";

/** Where clients and servers are. */
export interface Site extends AsyncDisposable {
  /** The client's network namespace; undefined: this machine's own. */
  readonly netns: string | undefined;
  /** The directories that the servers serve. */
  readonly roots: readonly string[];
}

/** A way that is open: what a client has to be told to take it. */
export interface OpenWay extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly server: Pick<FtpServer, "user" | "password" | "root">;
  readonly curlOptions: readonly string[];
  /** curl's options for FTPS; undefined: this server cannot do that. */
  readonly tlsOptions?: readonly string[];
  /** The processes that carry it, for their memory and processor time. */
  readonly carriers: Readonly<Record<string, number>>;
  /** Who logs in where thousands do: somebody whose password takes no time to check. Absent: the server's user. */
  readonly crowd?: Pick<FtpServer, "user" | "password">;
  /** Of the program of ours that carries it. */
  readonly eventLoop?: EventLoopProbe;
}

/** One column of the table. */
export interface Way<S extends Site, W extends AsyncDisposable = OpenWay> {
  readonly name: string;
  /** @throws with the reason as message when it cannot be opened here, {@link NotMeasured} when something is missing */
  open(site: S): Promise<W>;
}

/** `W` is what its columns are when they are open: ways to a server, or clients. */
export interface Measurement<S extends Site = Site, W extends AsyncDisposable = OpenWay> {
  /** To choose it on the command line. */
  readonly name: string;
  readonly rounds: number;
  /** All columns at the same time, where none disturbs another. Default: one after the other. */
  readonly atOnce?: boolean;
  /** Columns that it has nothing to say about. */
  readonly without?: readonly string[];
  /** Files that the servers need: name and bytes. */
  readonly files: readonly (readonly [string, number])[];
  /** Local files to send, in the same way. */
  readonly localFiles?: readonly (readonly [string, number])[];
  /** Where the local files are: `localDir`. */
  measure(site: S, way: W, localDir: string): Promise<Figures>;
  /** `figures` in the order of the columns. */
  rows(figures: Columns, columns: readonly string[]): Row[];
}

/** A program that is missing is no failure. */
export class NotMeasured extends Error {}
