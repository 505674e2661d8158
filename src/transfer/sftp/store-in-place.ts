// An upload into the file itself: for drop boxes, which rename nothing, tell nothing, or take a file as soon as it is closed.
import { flagsOf } from "../../filesystem/sftp/sftp-session.ts";
import { SftpUpdater } from "../../filesystem/sftp/sftp-writer.ts";
import { printable } from "../../protocol/printable.ts";
import { nameState, resumeSteps } from "../resume-rule.ts";
import type { Transferred } from "../server-session.ts";
import { isUntouched } from "../source-identity.ts";
import type { StoreOrder } from "../store-order.ts";
import { compareRemoteTail } from "./compare-remote-tail.ts";
import { identityOf } from "./identity-of.ts";
import { keepTime } from "./keep-time.ts";
import type { SftpRemote } from "./sftp-remote.ts";
import type { Target } from "./sftp-store.ts";
import { verifyStored } from "./verify-stored.ts";
import { digestOf, writePieces } from "./write-pieces.ts";

export async function storeInPlace(remote: SftpRemote, target: Target, order: StoreOrder): Promise<Transferred> {
  const { path, there } = target;
  const { course } = order;
  const from = order.wish === "no" ? 0 : await beginning(remote, path, order);
  if (from === 0) course.before ??= there ?? "nothing";
  course.from ??= from === "all" ? (order.identity.size ?? 0) : from;
  if (from === "all") {
    const digest = await digestOf(order, order.identity.size ?? 0);
    const verified = await verifyStored(remote, path, order.identity.size ?? 0, digest, order);
    return { bytes: 0, verified, how: "sftp", wasThere: true };
  }
  const digest = await digestOf(order, from);
  const flags = from === 0 ? flagsOf.replace : flagsOf.write;
  const handle = await remote.session.open(path, flags, { path, doing: "write" }, order.signal);
  await using file = new SftpUpdater(handle, order.signal);
  const end = await writePieces(remote, file, from, order, digest, () => {});
  await keepTime(remote, path, order);
  const verified = await verifyStored(remote, path, end, digest, order);
  return { bytes: end - course.from, verified, how: "sftp" };
}

/** How much of the source is there already; the file is its own part. */
async function beginning(remote: SftpRemote, path: string, order: StoreOrder): Promise<number | "all"> {
  const { identity, wish, note } = order;
  const found = await identityOf(remote, path, order.signal);
  if (found === "nothing" || found === "refused" || found.size === undefined) {
    if (found !== "nothing")
      note(`${printable(path, 200)}: the server does not say what is there; it is sent from the beginning`);
    return 0;
  }
  const { size } = found;
  if (wish === "retry" && isUntouched(order.course.before, found)) {
    note(`${printable(path, 200)} at the server is still the file from before; it is sent again from the beginning`);
    return 0;
  }
  const name = nameState(wish === "retry" ? { size } : found, identity);
  const mustCompare = name === "shorter" || name === "unclear";
  const tail = mustCompare ? await compareRemoteTail(remote, path, size, order) : undefined;
  if (tail === "different") {
    note(
      `${printable(path, 200)} at the server is not the beginning of the source; it is sent again from the beginning`,
    );
    return 0;
  }
  if (tail === "unknown" && wish === "asked") {
    note(
      `${printable(path, 200)} at the server cannot be read and compared; --resume trusts that it is from this source`,
    );
  }
  const step = resumeSteps.none[name === "unclear" ? "same" : name];
  if (step === "there already") return "all";
  if (step === "resume name") return size;
  note(`${printable(path, 200)} at the server is another file; it is replaced`);
  return 0;
}
