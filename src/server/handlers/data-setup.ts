// Where the next data connection is opened: PORT, PASV and their longer forms.

import { isSallyportError } from "../../protocol/error.ts";
import { parseEprt } from "../../protocol/extended-address.ts";
import { type HostPort, parsePort } from "../../protocol/host-port.ts";
import { ipFamily, plainHost } from "../../protocol/ip-address.ts";
import { parseLprt } from "../../protocol/long-address.ts";
import { make227, make228, make229 } from "../../protocol/passive-reply.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { noDataConnection } from "../replies.ts";
import type { Handler, HandlerTable, Session } from "../session.ts";

export const dataSetupHandlers: HandlerTable = {
  PORT: activeBy("PORT", parsePort),
  EPRT: activeBy("EPRT", parseEprt),
  LPRT: activeBy("LPRT", parseLprt),
  PASV: (session, _argument, signal) => {
    if (session.state.extendedOnly) return afterEpsvAll("PASV");
    if (familyOf(session) !== 4) return makeReply(522, "PASV cannot carry an IPv6 address; use EPSV.");
    return listen(session, signal, make227);
  },
  LPSV: (session, _argument, signal) =>
    session.state.extendedOnly ? afterEpsvAll("LPSV") : listen(session, signal, make228),
  EPSV: (session, argument, signal) => {
    if (/^ALL$/i.test(argument)) {
      session.state.extendedOnly = true;
      return makeReply(200, "EPSV ALL ok.");
    }
    const own = familyOf(session) === 4 ? "1" : "2";
    if (argument !== "" && argument !== own) return makeReply(522, `Network protocol not supported, use (${own})`);
    return listen(session, signal, ({ port }) => make229(port));
  },
};

function activeBy(verb: string, parse: (argument: string) => HostPort): Handler {
  return async (session, argument) => {
    // A PORT that fails leaves nothing behind that a transfer could go to by mistake.
    await session.data.forget();
    if (session.state.extendedOnly) return afterEpsvAll(verb);
    await session.data.connectTo(parse(argument));
    return makeReply(200, `${verb} command successful.`);
  };
}

async function listen(session: Session, signal: AbortSignal, tell: (told: HostPort) => Reply): Promise<Reply> {
  try {
    return tell(await session.data.listen(signal));
  } catch (error) {
    if (isSallyportError(error) && error.code.startsWith("NET_")) return noDataConnection(error);
    throw error;
  }
}

/** RFC 2428 section 4. */
function afterEpsvAll(verb: string): Reply {
  return makeReply(501, `${verb} is not allowed after EPSV ALL.`);
}

const familyOf = (session: Session): 4 | 6 => ipFamily(plainHost(session.control.local.host)) ?? 4;
