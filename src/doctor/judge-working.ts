// What is wrong where a listing came all the same: others than our client may fail there.

import type { FindingId } from "../protocol/findings/findings.ts";
import { printable } from "../protocol/printable.ts";
import type { DataFacts, PeerFacts } from "./facts.ts";
import type { Finding, Severity } from "./finding.ts";
import { isPlainWay, type Placement, placeOf, placeWords } from "./placement.ts";

interface Row {
  readonly id: FindingId;
  readonly severity: Severity;
  /** undefined: it is not so. */
  readonly evidence: (fact: DataFacts) => readonly string[] | undefined;
}

const leadsNowhere: Partial<Readonly<Record<Placement, FindingId>>> = {
  private: "D12",
  "carrier NAT": "D12",
  loopback: "D45",
  "link-local": "D45",
};

function misplaced(id: FindingId, fact: DataFacts): readonly string[] | undefined {
  const place = placeOf(fact);
  if (place === "right" || leadsNowhere[place] !== id || !isPlainWay(fact)) return undefined;
  return [
    `PASV: ${printable(fact.setup?.lines[0] ?? "", 200)}`,
    `the host in the reply: ${placeWords[place]}; it works with the control connection's host in its place`,
  ];
}

const rows: readonly Row[] = [
  { id: "D12", severity: "warning", evidence: (fact) => misplaced("D12", fact) },
  { id: "D45", severity: "warning", evidence: (fact) => misplaced("D45", fact) },
  {
    id: "D15",
    severity: "warning",
    evidence: ({ tries = [], used }) => {
      if (tries.every(({ call }) => call === "made")) return undefined;
      const all = [{ port: used?.port ?? 0, call: "made" }, ...tries];
      return all.map(({ port, call }) => `connecting to port ${port} that the server named: ${call}`);
    },
  },
  {
    id: "D39",
    severity: "note",
    evidence: ({ finalUnresumed }) =>
      finalUnresumed !== undefined && [425, 522].includes(finalUnresumed.code)
        ? [`LIST without resumption: ${printable(finalUnresumed.lines[0] ?? "", 200)}`]
        : undefined,
  },
];

export function judgeWorking(fact: DataFacts): readonly Finding[] {
  return rows.flatMap(({ id, severity, evidence: evidenceOf }) => {
    const evidence = evidenceOf(fact);
    return evidence === undefined ? [] : [{ id, way: fact.way, severity, evidence }];
  });
}

/** The server's own check is what keeps others from the data; without it a tunnel works more easily, and so does theft. */
export function judgePeer({ isTaken }: PeerFacts): readonly Finding[] {
  if (!isTaken) return [];
  const evidence = ["control connection from here, data connection from the SSH host: the listing came"];
  return [{ id: "D46", way: "direct", severity: "note", evidence }];
}
