// Asks for a session channel (RFC 4254 section 6.1).
import { type SessionPurpose, sessionRefused } from "../session-refusal.ts";
import type { ChannelOwner } from "./channel-owner.ts";
import type { ChannelRequest } from "./channels.ts";

export function sessionRequest(purpose: SessionPurpose): Omit<ChannelRequest<ChannelOwner>, "makeOwner"> {
  return {
    type: "session",
    body: new Uint8Array(0),
    target: "session",
    refusal: (reason, description) => sessionRefused(purpose, reason, description),
  };
}
