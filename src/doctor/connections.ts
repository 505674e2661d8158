// Which connections were tried, who was to make each, and what became of it: the path as a picture shows it.
import { formatEndpoint } from "../platform/endpoint.ts";
import type { SallyportError } from "../protocol/error.ts";
import type { CallFate, ControlFacts, DataFacts, Facts, ProbedMode, WayName } from "./facts.ts";

export interface ConnectionReport {
  readonly way: WayName;
  /** The control connection, or the mode that it was for. */
  readonly carries: "control" | ProbedMode;
  /** Who connects. */
  readonly by: "client" | "server";
  /** `host:port` */
  readonly to: string;
  readonly fate: CallFate;
  /** Its bytes could be read on the way. */
  readonly clear: boolean;
}

export function connectionsOf({ controls, data }: Facts): readonly ConnectionReport[] {
  return controls.flatMap((control) => [
    ofControl(control),
    ...data.filter(({ way }) => way === control.way).flatMap(ofData),
  ]);
}

function ofControl({ way, target, error, isSecure }: ControlFacts): ConnectionReport {
  const fate = error === undefined ? "made" : fateOfControl(error);
  return { way, carries: "control", by: "client", to: formatEndpoint(target), fate, clear: isClear(way, isSecure) };
}

const isClear = (way: WayName, isSecure: boolean): boolean => way === "direct" && !isSecure;

/** What fails behind it, as a login, has it made. */
function fateOfControl({ code, details }: SallyportError): CallFate {
  if (code === "NET_REFUSED" || code === "SSH_CHANNEL_REFUSED") return "refused";
  if (code === "NET_UNREACHABLE") return "unreachable";
  if (code === "NET_TIMEOUT" && details.phase !== "greeting" && details.phase !== "reply") return "dropped";
  return code.startsWith("FTP_") || code === "NET_TLS" || code === "NET_TIMEOUT" ? "made" : "failed";
}

function ofData({ way, mode, used, named, call, callToNamed, control }: DataFacts): readonly ConnectionReport[] {
  const by = mode === "EPSV" || mode === "PASV" ? "client" : "server";
  const common = { way, carries: mode, by, clear: isClear(way, control.isSecure) } as const;
  return [
    ...(call === undefined || used === undefined ? [] : [{ ...common, to: formatEndpoint(used), fate: call }]),
    ...(callToNamed === undefined || named === undefined
      ? []
      : [{ ...common, to: formatEndpoint(named), fate: callToNamed }]),
  ];
}
