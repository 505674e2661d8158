// How data is represented and where it starts: TYPE, STRU, MODE, ALLO, REST.
import { makeReply, type Reply } from "../../protocol/reply.ts";
import type { Conversation, HandlerTable } from "../conversation.ts";

export const parameterHandlers: HandlerTable = {
  TYPE: setType,
  STRU: (_talk, structure) =>
    /^F$/i.test(structure) ? makeReply(200, "Files it is.") : makeReply(504, "Only STRU F is offered."),
  MODE: (_talk, mode) =>
    /^S$/i.test(mode) ? makeReply(200, "Stream it is.") : makeReply(504, "Only MODE S is offered."),
  ALLO: (_talk, argument) =>
    /^\d+( R \d+)?$/i.test(argument) ? makeReply(202, "No room has to be set aside.") : makeReply(501, "ALLO bytes."),
  REST: (talk, position) => {
    // RFC 3659 section 5.3. Numbers beyond 2^53 are no position in any file.
    if (!/^\d{1,15}$/.test(position)) return makeReply(501, "REST and a number of bytes.");
    talk.state.restart = Number(position);
    return makeReply(350, `The next transfer starts at byte ${talk.state.restart}.`);
  },
};

function setType({ state }: Conversation, argument: string): Reply {
  if (/^(I|L ?8)$/i.test(argument)) {
    state.type = "I";
    return makeReply(200, "Binary it is.");
  }
  if (/^A( N)?$/i.test(argument)) {
    state.type = "A";
    return makeReply(200, "ASCII it is.");
  }
  // RFC 959 section 3.1.1: EBCDIC, local bytes of another size, carriage control of printers.
  return /^([AE]( [NTC])?|L ?\d{1,3})$/i.test(argument)
    ? makeReply(504, "Only TYPE A, TYPE I and TYPE L 8 are offered.")
    : makeReply(501, "TYPE A or TYPE I.");
}
