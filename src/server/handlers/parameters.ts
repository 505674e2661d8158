// How data is represented and where it starts: TYPE, STRU, MODE, ALLO, REST.
import { makeReply, type Reply } from "../../protocol/reply.ts";
import type { HandlerTable, Session } from "../session.ts";

export const parameterHandlers: HandlerTable = {
  TYPE: setType,
  STRU: (_session, structure) =>
    /^F$/i.test(structure) ? makeReply(200, "Structure set to F.") : makeReply(504, "Only STRU F is supported."),
  MODE: (_session, mode) =>
    /^S$/i.test(mode) ? makeReply(200, "Mode set to S.") : makeReply(504, "Only MODE S is supported."),
  ALLO: (_session, argument) =>
    /^\d+( R \d+)?$/i.test(argument)
      ? makeReply(202, "ALLO command ignored.")
      : makeReply(501, "ALLO needs a number of bytes."),
  REST: (session, position) => {
    // RFC 3659 section 5.3. Numbers beyond 2^53 are no position in any file.
    if (!/^\d{1,15}$/.test(position)) return makeReply(501, "REST needs a number of bytes.");
    session.state.restart = Number(position);
    return makeReply(350, `Restart position accepted (${session.state.restart}).`);
  },
};

function setType({ state, context }: Session, argument: string): Reply {
  if (/^(I|L ?8)$/i.test(argument)) {
    state.type = "I";
    return makeReply(200, "Switching to Binary mode.");
  }
  if (/^A( N)?$/i.test(argument)) {
    state.type = "A";
    const isAsItIs = context.policy.ascii === "binary";
    return makeReply(200, `Switching to ASCII mode${isAsItIs ? "; files are sent and kept as they are" : ""}.`);
  }
  // RFC 959 section 3.1.1: EBCDIC, local bytes of another size, carriage control of printers.
  return /^([AE]( [NTC])?|L ?\d{1,3})$/i.test(argument)
    ? makeReply(504, "Only TYPE A, TYPE I and TYPE L 8 are supported.")
    : makeReply(501, "Unrecognised TYPE command.");
}
