// FTPS (RFC 4217): AUTH TLS, PBSZ, PROT. CCC is not offered: after it a NAT helper or an attacker could write commands.
import { makeReply } from "../../protocol/reply.ts";
import type { HandlerTable } from "../session.ts";

/** RFC 4217 section 4; AUTH SSL means another thing (data encrypted unasked) and is gone since 2005. */
const mechanisms: ReadonlySet<string> = new Set(["TLS", "TLS-C"]);

export const securityHandlers: HandlerTable = {
  AUTH: (session, mechanism) => {
    if (session.tls === undefined) return makeReply(502, "This server has no certificate, so no TLS.");
    if (session.secure) return makeReply(503, "The connection is inside TLS already.");
    if (!mechanisms.has(mechanism.toUpperCase())) return makeReply(504, "Only AUTH TLS is supported.");
    return { reply: makeReply(234, "Proceed with negotiation."), next: "secure" };
  },
  PBSZ: (session) => {
    if (!session.secure) return makeReply(503, "Send AUTH TLS first.");
    session.state.bufferSized = true;
    return makeReply(200, "PBSZ=0");
  },
  PROT: (session, level) => {
    const { state } = session;
    if (!session.secure || !state.bufferSized) return makeReply(503, "Send AUTH TLS and PBSZ 0 first.");
    if (level.toUpperCase() === "P") {
      state.protectedData = true;
      return makeReply(200, "PROT now Private.");
    }
    if (/^[SE]$/i.test(level)) return makeReply(536, "TLS protects data as a whole or not at all: PROT P or PROT C.");
    if (level.toUpperCase() !== "C") return makeReply(504, "PROT P or PROT C.");
    if (session.context.policy.tls?.required === true) return makeReply(534, "Data connections must be encrypted.");
    state.protectedData = false;
    return makeReply(200, "PROT now Clear.");
  },
};
