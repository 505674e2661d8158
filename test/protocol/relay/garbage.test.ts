// Whatever comes, in whatever pieces.

import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import type { RelayAction, RelayInput } from "../../../src/protocol/relay/messages.ts";
import { RelaySession } from "../../../src/protocol/relay/relay-session.ts";
import { fc } from "../../support/fast-check.ts";
import { cutAt, cuts, soup, unwire } from "../bytes.ts";
import { ModelWorld, relayConfig } from "./model-world.ts";
import { choices, numRuns, scenario } from "./scenarios.ts";

const quiet = new Set(["write-downstream", "write-upstream", "set-timer", "clear-timer", "sent", "replied", "note"]);

/** What comes of these inputs: both wires, and the data ends' actions in order. */
function outcome(config: ConstructorParameters<typeof RelaySession>[0], inputs: readonly RelayInput[]) {
  const machine = new RelaySession(config);
  const actions = [...machine.start(), ...inputs.flatMap((input) => machine.handle(input))];
  const written = (side: "write-downstream" | "write-upstream"): string =>
    actions.flatMap((action) => (action.type === side ? [unwire(action.bytes)] : [])).join("");
  return {
    toClient: written("write-downstream"),
    toServer: written("write-upstream"),
    data: actions.filter(({ type }) => !quiet.has(type)),
  };
}

const inPieces = (input: RelayInput, places: readonly number[]): RelayInput[] =>
  input.type === "client-bytes" || input.type === "server-bytes"
    ? cutAt(input.bytes, places).map((bytes) => ({ type: input.type, bytes }))
    : [input];

const bytewise = (input: RelayInput): RelayInput[] =>
  "bytes" in input && typeof input.bytes !== "number" ? inPieces(input, Array.from(input.bytes.keys())) : [input];

describe("a whole dialogue", () => {
  it("has the same outcome however its bytes are split", () => {
    fc.assert(
      fc.property(scenario, choices, cuts, (given, chosen, places) => {
        const world = new ModelWorld(given);
        world.run(chosen);
        // A fresh one each time: its memory learns.
        const config = () => relayConfig(given);
        const whole = outcome(config(), world.inputs);
        expect(
          outcome(
            config(),
            world.inputs.flatMap((input) => inPieces(input, places)),
          ),
        ).toEqual(whole);
        expect(outcome(config(), world.inputs.flatMap(bytewise))).toEqual(whole);
      }),
      { numRuns: numRuns / 5 },
    );
  });
});

const commandSoup = soup([
  ..."USER,PASS x,PASV,EPSV,EPSV ALL,LPSV,PORT 127,0,0,1,9,9,EPRT |2|::1|9999|,LPRT 1,RETR a,STOR b,LIST".split(
    /,(?=[A-Z])/,
  ),
  ..."ABOR,NOOP,STAT,QUIT,REST 9,REIN,FEAT,AUTH TLS, ,\r\n,\r\n,\r\n,\n,\r,\xff,\xff\xf4,\xff\xf2,\0,GET / HTTP/1.1".split(
    ",",
  ),
]);
const replySoup = soup([
  ..."220 hi,331 pw,230 in,150 go,226 ok,250 ok,425 no,426 broke,421 bye,500 what,200 ok,550 no,120 wait,211-x".split(
    ",",
  ),
  "229 (|||50000|)",
  "227 (1,2,3,4,200,1)",
  ..."\r\n,\r\n,\r\n,\n,\r, ,-,\0,999 x,SSH-2.0".split(","),
]);
const id = fc.nat(4);
const side = fc.constantFrom("downstream" as const, "upstream" as const);
const address = fc.record({
  host: fc.constantFrom("127.0.0.1", "::1", "name", "", "%"),
  port: fc.constantFrom(0, 21, 2000, 65_536, -1, Number.NaN),
});
const input: fc.Arbitrary<RelayInput> = fc.oneof(
  { weight: 6, arbitrary: commandSoup.map((bytes): RelayInput => ({ type: "client-bytes", bytes })) },
  { weight: 6, arbitrary: replySoup.map((bytes): RelayInput => ({ type: "server-bytes", bytes })) },
  fc.record({ type: fc.constantFrom("downstream-listening" as const, "upstream-listening" as const), id, address }),
  fc.record({ type: fc.constant("data-open" as const), id, side }),
  fc.record({ type: fc.constant("data-failed" as const), id, side, text: fc.string() }),
  fc.record({
    type: fc.constant("copied" as const),
    id,
    outcome: fc.constantFrom("eof" as const, "source-broke" as const, "sink-broke" as const),
  }),
  fc.record({ type: fc.constant("finished" as const), id, ok: fc.boolean() }),
  fc.record({
    type: fc.constant("timer" as const),
    name: fc.constantFrom("keepalive" as const, "data-open" as const, "late-data" as const, "greeting" as const),
    bytes: fc.nat(2),
  }),
  fc.constantFrom<RelayInput>({ type: "client-ended" }, { type: "server-gone" }, { type: "client-gone" }),
);

describe("garbage", () => {
  it("of bytes and events in any order never throws, and after `close` nothing comes", () => {
    const config = fc.record({
      upstreamMode: fc.constantFrom("auto" as const, "passive" as const, "active" as const, "default-port" as const),
      family: fc.constantFrom(4 as const, 6 as const),
      clientHost: fc.constantFrom("127.0.0.1", "::1"),
      keepaliveMs: fc.constantFrom(0, 1000),
    });
    const login: RelayInput[] = [
      { type: "client-bytes", bytes: Uint8Array.from(Buffer.from("USER me\r\nEPSV\r\nRETR a\r\n")) },
      { type: "server-bytes", bytes: Uint8Array.from(Buffer.from("220 hi\r\n230 in\r\n")) },
    ];
    fc.assert(
      fc.property(config, fc.boolean(), fc.array(input, { maxLength: 60 }), (given, loggedIn, inputs) => {
        const judgeTarget = () => ({ allowed: true }) as const;
        const memory = { passiveReaches: false };
        const machine = new RelaySession({ ...given, memory, target: "ftp-host:21", judgeTarget });
        const actions: RelayAction[] = machine.start();
        for (const one of [...(loggedIn ? login : []), ...inputs]) {
          const more = machine.handle(one);
          if (actions.some(({ type }) => type === "close")) expect(more).toEqual([]);
          expect(more.findIndex(({ type }) => type === "close")).toBeOneOf([-1, more.length - 1]);
          expect(machine.transfersRunning).toBeLessThanOrEqual(limits.pipelinedTransfersMax);
          actions.push(...more);
        }
      }),
      { numRuns: numRuns * 2 },
    );
  });
});
