// Servers of which it is known when they read the command behind a transfer. Each is tested in test/peers. A greeting can be anybody's, since
// operators write it to hide what they run; so what cannot be written is looked at as well.
import type { Features } from "../features.ts";
import { type Reply, replyText } from "../reply.ts";

/**
 * From when on the next call's commands may be on their way. `connected`: as soon as the data connection stands. `server's end`, `our end`:
 * behind that end of the data. `reply`: behind the final reply, as with every server that is not known: it may answer commands in the
 * transfer's place, or break it off for them.
 */
export interface Following {
  readonly download: "connected" | "server's end" | "reply";
  readonly upload: "our end" | "reply";
}

interface OrderlyServer extends Following {
  readonly greeting: RegExp;
  /** A feature that it has not in any version. */
  readonly lacks?: string;
  /** It reads a command only when all before it are carried out. */
  readonly inOrder: boolean;
  /** It reads while it moves data; else not even ABOR (vsftpd does for urgent data, which SSH does not carry). */
  readonly readsMeanwhile: boolean;
}

const servers: readonly OrderlyServer[] = [
  // Lingers until its end of the data is acknowledged, so that nothing is gained by what comes earlier.
  {
    greeting: /\(vsFTPd \d/,
    lacks: "MLST",
    inOrder: true,
    readsMeanwhile: false,
    download: "server's end",
    upload: "our end",
  },
  {
    greeting: /^220 Sallyport FTP server\./,
    inOrder: true,
    readsMeanwhile: true,
    download: "connected",
    upload: "our end",
  },
  // Looks for commands while it moves data, and no more when it has ended its side.
  { greeting: /^220 ProFTPD\b/, inOrder: false, readsMeanwhile: true, download: "server's end", upload: "reply" },
];

const unknown: Following = { download: "reply", upload: "reply" };

/** What a server has said of itself. */
export interface ServerWords {
  readonly greeting: Reply;
  readonly features: Features;
}

/** Which one each session's server is: with every file it is asked for. */
const found: WeakMap<ServerWords, OrderlyServer | undefined> = new WeakMap();

function find(words: ServerWords): OrderlyServer | undefined {
  if (found.has(words)) return found.get(words);
  const server = servers.find((one) => fits(one, words));
  found.set(words, server);
  return server;
}

const fits = ({ greeting, lacks }: OrderlyServer, words: ServerWords): boolean =>
  words.greeting.lines.some((line) => greeting.test(line)) && (lacks === undefined || !words.features.has(lacks));

export const followingOf = (words: ServerWords): Following => find(words) ?? unknown;

/** True for a server that obeys CWD, takes paths for what they are everywhere, and reads what is sent to it before it has answered, logins too. */
export const isKnown = (words: ServerWords): boolean => find(words) !== undefined;

/** True for a server that reads a command only when the one before it is carried out. */
export function readsInOrder(words: ServerWords): boolean {
  return find(words)?.inOrder === true;
}

const none: Features = new Map();

/** By its greeting: true where not even ABOR is read during a transfer, so that a command which waits before it keeps nobody from it. */
export function readsNothingMeanwhile(greeting: Reply): boolean {
  return find({ greeting, features: none })?.readsMeanwhile === false;
}

/** The words in which such a server answers EPSV. */
export function answersAsVsftpd(extendedPassive: Reply): boolean {
  return /^Entering Extended Passive Mode \(\|\|\|\d+\|\)$/.test(replyText(extendedPassive));
}
