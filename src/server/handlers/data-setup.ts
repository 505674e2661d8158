// Where the next data connection is opened: PORT, PASV and their longer forms.

import { isSallyportError } from "../../protocol/error.ts";
import { parseEprt } from "../../protocol/extended-address.ts";
import { type HostPort, parsePort } from "../../protocol/host-port.ts";
import { ipFamily, plainHost } from "../../protocol/ip-address.ts";
import { parseLprt } from "../../protocol/long-address.ts";
import { make227, make228, make229 } from "../../protocol/passive-reply.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import type { Conversation, Handler, HandlerTable } from "../conversation.ts";
import { noDataConnection } from "../refusals.ts";

export const dataSetupHandlers: HandlerTable = {
  PORT: activeBy("PORT", parsePort),
  EPRT: activeBy("EPRT", parseEprt),
  LPRT: activeBy("LPRT", parseLprt),
  PASV: (talk, _argument, signal) => {
    if (talk.state.extendedOnly) return afterEpsvAll("PASV");
    if (familyOf(talk) !== 4) return makeReply(522, "PASV cannot carry an IPv6 address; use EPSV.");
    return listen(talk, signal, make227);
  },
  LPSV: (talk, _argument, signal) => (talk.state.extendedOnly ? afterEpsvAll("LPSV") : listen(talk, signal, make228)),
  EPSV: (talk, argument, signal) => {
    if (/^ALL$/i.test(argument)) {
      talk.state.extendedOnly = true;
      return makeReply(200, "EPSV ALL ok.");
    }
    const own = familyOf(talk) === 4 ? "1" : "2";
    if (argument !== "" && argument !== own) return makeReply(522, `Network protocol not supported, use (${own})`);
    return listen(talk, signal, ({ port }) => make229(port));
  },
};

function activeBy(verb: string, parse: (argument: string) => HostPort): Handler {
  return async (talk, argument) => {
    // A PORT that fails leaves nothing behind that a transfer could go to by mistake.
    await talk.data.forget();
    if (talk.state.extendedOnly) return afterEpsvAll(verb);
    await talk.data.connectTo(parse(argument));
    return makeReply(200, `${verb} command successful.`);
  };
}

async function listen(talk: Conversation, signal: AbortSignal, tell: (told: HostPort) => Reply): Promise<Reply> {
  try {
    return tell(await talk.data.listen(signal));
  } catch (error) {
    if (isSallyportError(error) && error.code.startsWith("NET_")) return noDataConnection(error);
    throw error;
  }
}

/** RFC 2428 section 4. */
function afterEpsvAll(verb: string): Reply {
  return makeReply(501, `${verb} is not allowed after EPSV ALL.`);
}

const familyOf = (talk: Conversation): 4 | 6 => ipFamily(plainHost(talk.control.local.host)) ?? 4;
