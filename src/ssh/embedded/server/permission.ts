// PermitOpen, PermitListen and GatewayPorts of sshd_config(5): which endpoints a client may ask for, and where its listeners are.
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { sameHost } from "../../../protocol/ip-address.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";
import type { Permission, SshUser } from "./options.ts";

export type Permit = (target: Endpoint, user: SshUser) => boolean;

const pattern = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5}|\*)$/;

/** `option` is its name, for the message. Throws `CONFIG_INVALID` for what is no pattern. */
export function compilePermission(permission: Permission | undefined, option: string): Permit {
  if (typeof permission === "function") return (target, user) => decides(permission, target, user);
  const rules = (permission ?? []).map((text) => parse(text, option));
  return (target) => rules.some((rule) => rule(target));
}

/** A function that fails permits nothing. */
function decides(permission: Permit, target: Endpoint, user: SshUser): boolean {
  try {
    return permission(target, user) === true;
  } catch {
    return false;
  }
}

function parse(text: string, option: string): (target: Endpoint) => boolean {
  const [, bracketed, plain, port = ""] = pattern.exec(text) ?? [];
  const host = (bracketed ?? plain)?.toLowerCase();
  if (host === undefined || Number(port) > 65_535) {
    throw new SallyportError("CONFIG_INVALID", `${option}: "${text}" is not host:port`, {
      hint: "For example 127.0.0.1:21, [::1]:21, ftp-host:* or *:*.",
    });
  }
  return (target) =>
    (host === "*" || host === target.host.toLowerCase()) && (port === "*" || Number(port) === target.port);
}

/** The reason that a client gets. */
export function notPermitted(target: Endpoint): string {
  return `this server does not permit connections to ${formatEndpoint(target)}`;
}

export type GatewayPorts = "no" | "yes" | "clientspecified";

const loopback: readonly string[] = ["127.0.0.1", "::1"];

/** What clients write for every address (RFC 4254 section 7.1), as networks have it. */
const everywhere: Readonly<Record<string, string>> = { "": "", "*": "", "0.0.0.0": "0.0.0.0", "::": "::" };

/** The first one counts, and decides about port 0; others are there if they can be had. */
export function bindAddresses(asked: string, policy: GatewayPorts): readonly string[] {
  if (policy === "yes") return [""];
  const own = loopback.find((address) => sameHost(address, asked));
  if (own !== undefined) return [own];
  if (policy === "no" || asked.toLowerCase() === "localhost") return loopback;
  return [ownEntry(everywhere, asked) ?? asked];
}
