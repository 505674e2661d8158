// What clients are going to do.
import type { Dice } from "./dice.ts";
import type {
  ClientPlan,
  EngineClientPlan,
  EngineStep,
  FrontMode,
  GetManner,
  PutManner,
  RawClientPlan,
  RawStep,
  SftpClientPlan,
  SftpStep,
} from "./plan.ts";

export interface ClientDraw {
  readonly dice: Dice;
  /** How many the server has. */
  readonly files: number;
  readonly size: () => number;
  readonly family: 4 | 6;
  /** The FTP server can do TLS. */
  readonly hasTls: boolean;
}

const getManners: readonly GetManner[] = [
  "whole",
  "chat-at",
  "in-parts",
  "talk-at",
  "reset-at",
  "close-at",
  "abort-at",
  "stall",
  "absent",
  "quit-at",
  "half-close",
];
const putManners: readonly PutManner[] = [
  "whole",
  "talk-at",
  "reset-at",
  "reset-at",
  "abort-at",
  "stall",
  "absent",
  "abort-behind",
];
/** More of what matters most. */
const rawSteps = [
  ...["get", "get", "get", "put", "put", "put", "put"],
  ...["say", "say", "burst", "third-party", "junk", "bounce", "wait"],
];
const frontModes: Readonly<Record<4 | 6, readonly FrontMode[]>> = {
  4: ["PASV", "EPSV", "PORT", "EPRT"],
  6: ["EPSV", "EPRT"],
};
const lines: readonly string[] = [
  "NOOP",
  "PWD",
  "SYST",
  "noop",
  "TYPE I",
  "TYPE A",
  "XYZZY",
  "STAT",
  "FEAT",
  "CWD /nowhere",
  "PASV",
  "EPSV",
  "REST 0",
  "ABOR",
  "PORT 1,2",
  "EPRT |9|::|1|",
  "\x00\x01\xfe",
  "",
  "RETR /nowhere",
  "MODE S",
  "ALLO 10",
  `STAT ${"x".repeat(300)}`,
  "OPTS UTF8 ON",
  "HELP",
  "MLST",
  "EPSV ALL?",
  "LPSV",
  "SITE HELP",
  "USER again",
];

export function drawEngineClient({ dice, files, size, hasTls }: ClientDraw): EngineClientPlan {
  const isVia = dice.chance(25);
  const retries = dice.pick([0, 0, 3]);
  const verify = dice.pick(["size", "none"] as const);
  const step = (): EngineStep => {
    const file = dice.below(files);
    switch (
      dice.pick([
        "download",
        "download",
        "upload",
        "upload",
        "give-up",
        "stop-upload",
        "several",
        "list",
        "names",
        "pwd",
        "size",
        "wait",
      ])
    ) {
      case "download":
        return { do: "download", file, offset: dice.chance(20) ? dice.between(1, 1000) : 0, retries, verify };
      case "upload":
        return { do: "upload", size: size(), retries, verify };
      case "give-up":
        return { do: "give-up", file, afterMs: dice.scaled(1, 2000) };
      case "stop-upload":
        return { do: "stop-upload", size: size(), afterMs: dice.scaled(1, 2000) };
      case "several":
        return { do: "several", files: dice.list(2, 3, () => dice.below(files)) };
      case "list":
        return { do: "list" };
      case "names":
        return { do: "names" };
      case "pwd":
        return { do: "pwd" };
      case "size":
        return { do: "size", file };
      default:
        return { do: "wait", ms: dice.scaled(1, 90_000) };
    }
  };
  return {
    kind: "engine",
    way: isVia ? "via" : "gateway",
    tls: isVia && hasTls && dice.chance(60),
    host: dice.pick(["client", "client", "other"]),
    startMs: dice.pick([0, 0, dice.scaled(1, 3000)]),
    // Nobody tells the address of the SSH host, and whether it shares ports is the plan's secret.
    mode: dice.pick(
      isVia ? ["auto", "passive"] : ["auto", "auto", "passive", "passive", "active", "active", "default-port"],
    ),
    epsv4: dice.chance(70),
    pipeline: dice.chance(70),
    keepaliveMs: dice.pick([60_000, 5_000, 0]),
    replyMs: dice.pick([60_000, 20_000]),
    steps: dice.list(1, 6, step),
  };
}

export function drawSftpClient({ dice, files, size }: ClientDraw): SftpClientPlan {
  const step = (): SftpStep => {
    const file = dice.below(files);
    switch (dice.pick(["get", "get", "put", "put", "give-up", "list", "wait"])) {
      case "get":
        return { do: "get", file, offset: dice.chance(20) ? dice.between(1, 1000) : 0 };
      case "put":
        return { do: "put", size: size() };
      case "give-up":
        return { do: "give-up", file, afterMs: dice.scaled(1, 2000) };
      case "list":
        return { do: "list" };
      default:
        return { do: "wait", ms: dice.scaled(1, 90_000) };
    }
  };
  return {
    kind: "sftp",
    way: "direct",
    host: dice.pick(["client", "other"]),
    startMs: dice.pick([0, 0, dice.scaled(1, 3000)]),
    steps: dice.list(1, 5, step),
  };
}

export function drawRawClient({ dice, files, size, family }: ClientDraw): RawClientPlan {
  const isWellBehaved = dice.chance(30);
  // The port of the control connection must be bound for it, so it is for the whole session.
  const modes: readonly FrontMode[] = dice.chance(15) ? ["none"] : frontModes[family];
  // What was said once holds for the next transfer.
  const said = modes[0] === "none" ? lines.filter((line) => !/^(?:[EL]?P[AS]|PORT|EPRT)/.test(line)) : lines;
  const step = (): RawStep => {
    const mode = dice.pick(modes);
    const at = dice.pick([0, 1, dice.scaled(1, 300_000)]);
    const all = isWellBehaved ? 4 : 100;
    switch (dice.pick(rawSteps)) {
      case "get":
        return { do: "get", file: dice.below(files), mode, manner: dice.pick(getManners.slice(0, all)), at };
      case "put":
        return { do: "put", size: size(), mode, manner: dice.pick(putManners.slice(0, isWellBehaved ? 2 : 100)), at };
      case "say": {
        const sizes = dice.list(0, 3, () => `SIZE /file-${dice.below(files)}`);
        return { do: "say", lines: [...dice.list(0, 5, () => dice.pick(said)), ...sizes, "NOOP"] };
      }
      case "burst": {
        const asked = dice.list(2, 4, () => dice.below(files));
        return { do: "burst", files: asked, mode: family === 6 ? "EPRT" : dice.pick(["PORT", "EPRT"]) };
      }
      case "third-party":
        return { do: "third-party", file: dice.below(files) };
      case "junk":
        return isWellBehaved
          ? { do: "wait", ms: 1 }
          : { do: "junk", what: dice.pick(["long", "binary", "telnet", "bare"]) };
      case "bounce":
        return { do: "bounce", whom: dice.pick(["victim", "server", "gateway", "privileged"]) };
      default:
        return { do: "wait", ms: dice.scaled(1, 90_000) };
    }
  };
  return {
    kind: "raw",
    way: "gateway",
    host: dice.pick(["client", "client", "other"]),
    startMs: dice.pick([0, 0, dice.scaled(1, 3000)]),
    steps: dice.list(1, 6, step),
    ending: dice.pick(["quit", "quit", "end", "reset", "kill"]),
  };
}

/** The same kind of client, or another one, at a bridge: FTP in front of SFTP, or SFTP in front of FTP. */
export function drawBridgeClient(draw: ClientDraw): ClientPlan {
  const { dice } = draw;
  switch (dice.pick(["engine", "raw", "sftp", "sftp"])) {
    case "engine": {
      const client = drawEngineClient({ ...draw, hasTls: false });
      return { ...client, way: "bridge", tls: false, mode: client.mode === "default-port" ? "auto" : client.mode };
    }
    case "raw": {
      const client = drawRawClient(draw);
      // Third-party transfers are the gateway's, and so is the port of the control connection.
      const steps = client.steps.filter(
        (step) => step.do !== "third-party" && step.do !== "bounce" && !("mode" in step && step.mode === "none"),
      );
      return { ...client, way: "bridge", steps };
    }
    default:
      return { ...drawSftpClient(draw), way: "bridge" };
  }
}
