// Where the next data connection is opened: PORT, PASV and their longer forms.
import { afterwards } from "../../platform/soon.ts";
import { passiveReply, readDataCommand } from "../../protocol/data-commands.ts";
import { isSallyportError } from "../../protocol/error.ts";
import type { Reply } from "../../protocol/reply.ts";
import { noDataConnection } from "../replies.ts";
import type { Handler, HandlerTable, Session } from "../session.ts";

export const dataSetupHandlers: HandlerTable = Object.fromEntries(
  ["PORT", "EPRT", "LPRT", "PASV", "LPSV", "EPSV"].map((verb): [string, Handler] => [verb, setUp(verb)]),
);

function setUp(verb: string): Handler {
  return (session, argument, signal) => {
    const { state, data } = session;
    const { family, client, judge } = data;
    const outcome = readDataCommand(verb, argument, { epsvAll: state.extendedOnly, family, client, judge });
    if (outcome.act === "listen") return listen(session, verb, signal);
    if (outcome.act === "epsv-all") state.extendedOnly = true;
    const { reply } = outcome;
    if (outcome.act === "connect") return data.connectTo(outcome.target).then(() => reply);
    return outcome.act === "forget" ? afterwards(data.forget(), () => reply) : reply;
  };
}

async function listen(session: Session, verb: string, signal: AbortSignal): Promise<Reply> {
  const { data, passiveReplyPause } = session;
  try {
    const reply = passiveReply(verb, await data.listen(signal));
    await passiveReplyPause.begin(signal);
    if (reply.code >= 400) await data.forget();
    return reply;
  } catch (error) {
    if (isSallyportError(error) && error.code.startsWith("NET_")) return noDataConnection(error);
    throw error;
  }
}
