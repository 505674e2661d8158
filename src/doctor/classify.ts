// Which finding a data connection that failed is. By what happened, not by words: the first row that fits counts.
import { isPrivateAddress } from "../protocol/cidr.ts";
import { isUnanswered } from "../protocol/findings/explain-error.ts";
import type { FindingId } from "../protocol/findings/findings.ts";
import { findingOfLine, noDataPort } from "../protocol/findings/known-lines.ts";
import { isLoopback, sameHost } from "../protocol/ip-address.ts";
import { type DataFacts, dataModeOf, type Facts, isOwnMachine } from "./facts.ts";
import { placeOf, rewritten } from "./placement.ts";

interface Row {
  readonly id: FindingId;
  /** `others`: of the same way. */
  readonly fits: (fact: DataFacts, others: readonly DataFacts[]) => boolean;
}

const isMade = ({ call }: DataFacts): boolean => call === "made";
const isRefused = ({ setup }: DataFacts): boolean => setup !== undefined && setup.code >= 400;

/** Another host than the control connection's. */
const namesAnother = ({ named, used }: DataFacts): boolean =>
  named !== undefined && used !== undefined && !sameHost(named.host, used.host);

const namesPrivate = ({ named }: DataFacts): boolean => named !== undefined && isPrivateAddress(named.host);

/** Of two hosts in one private network each can reach the other. */
const serverIsPublic = ({ control: { remote } }: DataFacts): boolean =>
  remote !== undefined && remote.host !== "" && !isPrivateAddress(remote.host) && !isLoopback(remote.host);

const isForward = ({ control }: DataFacts): boolean => isOwnMachine(control);

/** A port of this machine leads to a server that knows itself by another address than this one. */
const leadsElsewhere = (others: readonly DataFacts[]): boolean =>
  others.some((fact) => isForward(fact) && namesAnother(fact) && !isLoopback(fact.named?.host ?? ""));

const isInsideTls = ({ control }: DataFacts): boolean => control.isSecure;

const noAnswer: Row = {
  id: "D44",
  fits: ({ setup, call, error }) =>
    setup === undefined && call === undefined && error !== undefined && isUnanswered(error),
};

const passive: readonly Row[] = [
  noAnswer,
  { id: "D22", fits: isRefused },
  { id: "D39", fits: (fact) => isMade(fact) && isInsideTls(fact) && [425, 522].includes(fact.final?.code ?? 0) },
  { id: "D08", fits: (fact) => isMade(fact) && fact.final?.code === 425 },
  { id: "D20", fits: isMade },
  { id: "D08", fits: ({ callToNamed, finalOfNamed }) => callToNamed === "made" && finalOfNamed?.code === 425 },
  { id: "D02", fits: ({ callToNamed }) => callToNamed === "made" || callToNamed === "dropped" },
  { id: "D13", fits: ({ callToNamed }) => callToNamed !== undefined },
  { id: "D02", fits: (fact, others) => isForward(fact) && leadsElsewhere(others) },
  { id: "D04", fits: isForward },
  { id: "D45", fits: (fact) => ["loopback", "link-local", "wrong family"].includes(placeOf(fact)) },
  { id: "D12", fits: (fact) => namesAnother(fact) && namesPrivate(fact) },
  { id: "D13", fits: namesAnother },
  { id: "D15", fits: ({ call }) => call !== undefined },
];

const isPortTaken = (said: string): boolean => /address already in use/i.test(said) || noDataPort.test(said);

const active: readonly Row[] = [
  noAnswer,
  { id: "D10", fits: (fact) => isRefused(fact) && namesPrivate(fact) && !isForward(fact) && serverIsPublic(fact) },
  { id: "D07", fits: isRefused },
  { id: "D39", fits: (fact) => isMade(fact) && isInsideTls(fact) && [425, 522].includes(fact.final?.code ?? 0) },
  { id: "D20", fits: isMade },
  { id: "D14", fits: ({ final }) => isPortTaken(final?.lines.join(" ") ?? "") },
  { id: "D28", fits: ({ way, error }) => way === "ssh" && error?.code === "SSH_FORWARD_REFUSED" },
  { id: "D30", fits: ({ way }) => way === "ssh" },
  { id: "D05", fits: ({ named }) => isLoopback(named?.host ?? "") },
  { id: "D11", fits: (fact) => isForward(fact) && namesPrivate(fact) },
  { id: "D03", fits: isForward },
  { id: "D10", fits: (fact) => namesPrivate(fact) && serverIsPublic(fact) },
  { id: "D09", fits: ({ setup }) => setup !== undefined },
];

const defaultPort: readonly Row[] = [
  { id: "D29", fits: ({ final }) => findingOfLine(final?.lines.join(" ") ?? "") === "D29" },
  { id: "D18", fits: (fact) => isForward(fact) || fact.way === "ssh" },
  { id: "D17", fits: () => true },
];

const rowsOf = { passive, active, "default-port": defaultPort };

/** undefined: nothing is wrong, or nothing that another finding does not say already. */
export function classify(fact: DataFacts, { data }: Pick<Facts, "data">): FindingId | undefined {
  const others = data.filter(({ way }) => way === fact.way);
  if (fact.works) return goesPastTheForward(fact) ? "D06" : undefined;
  if (hasOlderSpelling(fact, others)) return undefined;
  if (fact.call !== undefined && rewritten(fact, data) !== undefined) return "D47";
  return rowsOf[dataModeOf(fact.mode)].find(({ fits }) => fits(fact, others))?.id;
}

/** The listing came, and not from the host that the control connection goes to. */
function goesPastTheForward(fact: DataFacts): boolean {
  const { peer, control } = fact;
  return peer !== undefined && peer.host !== "" && isForward(fact) && !sameHost(peer.host, control.remote?.host ?? "");
}

/** A server without EPSV or EPRT is an old one, and nothing is wrong where it has PASV and PORT (RFC 2428 section 2). */
function hasOlderSpelling(fact: DataFacts, others: readonly DataFacts[]): boolean {
  const older = { EPSV: "PASV", EPRT: "PORT" }[fact.mode as string];
  return isRefused(fact) && others.some((other) => other.mode === older && !isRefused(other));
}
