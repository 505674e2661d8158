// Where a scenario comes out otherwise on a real network than in the simulated one, and why. Nothing else may differ.
import type { Outcome } from "../evidence.ts";

export interface Difference {
  /** Name of the variant: `S17/plain`. */
  readonly variant: string;
  /** What comes of it instead; where programs race, one of these. */
  readonly outcomes: readonly Outcome[];
  readonly why: string;
}

const timeStamps =
  "Linux opens a connection again that is in TIME_WAIT at the side that connects, given time stamps (RFC 6191, RFC 7323). The simulated systems are without them, as older ones were; `sysctl net.ipv4.tcp_timestamps=0` makes the second transfer fail on Linux too, with 425 and Cannot assign requested address.";

export const differences: readonly Difference[] = [
  { variant: "S17/plain", outcomes: [{ works: true, reply: 226, dataBesideSsh: true }], why: timeStamps },
  { variant: "S18/sharing-sshd/plain", outcomes: [{ works: true, reply: 226, dataBesideSsh: false }], why: timeStamps },
  {
    variant: "S20/sallyport",
    outcomes: [
      { works: false, reply: 421, system: "ECONNRESET", dataBesideSsh: false },
      { works: false, reply: 426, system: "ECONNRESET", dataBesideSsh: false },
    ],
    why: "vsftpd's control connection ends together with its data connection. The tunnel replies 426 or 421, by which of the two it learns of first; never 226.",
  },
];

/** The difference that explains an outcome which is not the expected one, if there is one. */
export function differenceFor(variant: string, outcome: Outcome): Difference | undefined {
  const written = (one: Outcome): string => JSON.stringify([one.works, one.reply, one.system ?? "", one.dataBesideSsh]);
  return differences.find(
    (one) => one.variant === variant && one.outcomes.some((other) => written(other) === written(outcome)),
  );
}
