// A small FTP server with its own files, whose answers a test may bend one by one: what odd servers do with paths and features.
import type { ScriptedControl, ScriptedData } from "./scripted-control.ts";
import { type ScriptedServer, startScriptedServer } from "./scripted-server.ts";

export interface QuirkySession {
  readonly control: ScriptedControl;
  /** Of RNFR. */
  from?: string;
  /** Where it is, `/` or `/sub`. */
  cwd: string;
  data: ScriptedData | undefined;
}

/** Gives true when it has answered the command itself. */
export type Quirk = (argument: string, session: QuirkySession, files: Files) => Promise<boolean> | boolean;

export interface QuirkyOptions {
  /** Directories end in a slash. */
  readonly files: Readonly<Record<string, string>>;
  readonly features?: readonly string[];
  readonly greeting?: string;
  readonly quirks?: Readonly<Record<string, Quirk>>;
}

export interface QuirkyServer extends ScriptedServer {
  readonly stored: Map<string, string>;
  /** Command lines of all sessions, in their order. */
  readonly lines: string[];
}

export const refuse =
  (reply: string): Quirk =>
  async (_, { control }) => {
    await control.reply(reply);
    return true;
  };

export async function startQuirkyServer(options: QuirkyOptions): Promise<QuirkyServer> {
  const stored = new Map(Object.entries(options.files));
  const lines: string[] = [];
  const server = await startScriptedServer(async (control) => {
    const session: QuirkySession = { control, cwd: "/", data: undefined };
    await control.reply(options.greeting ?? "220 quirky server");
    for (let line = await control.line(); line !== undefined; line = await control.line()) {
      lines.push(line);
      const [, verb = "", argument = ""] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
      const files: Files = { ...options, stored };
      if (await options.quirks?.[verb]?.(argument, session, files)) continue;
      await (handlers[verb] ?? unknown)(argument, session, files);
    }
  });
  return Object.assign(server, { stored, lines });
}

export type Files = QuirkyOptions & { readonly stored: Map<string, string> };
type Handler = (argument: string, session: QuirkySession, files: Files) => Promise<void>;

const unknown: Handler = (_, { control }) => control.reply("500 Unknown command.");
const say =
  (reply: string): Handler =>
  (_, { control }) =>
    control.reply(reply);

export function placeOf({ cwd }: Pick<QuirkySession, "cwd">, path: string): string {
  const parts = path.startsWith("/") ? [] : cwd.split("/").filter((part) => part !== "");
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

const isDirectory = ({ stored }: Files, place: string): boolean => place === "/" || stored.has(`${place}/`);

function namesIn({ stored }: Files, place: string): string[] {
  const before = place === "/" ? "/" : `${place}/`;
  return [...stored.keys()].filter((path) => path.startsWith(before) && /^[^/]+\/?$/.test(path.slice(before.length)));
}

export function linesOf(files: Files, place: string): string {
  return namesIn(files, place)
    .map((path) => {
      const name = path.replace(/\/$/, "").split("/").at(-1) ?? "";
      const size = files.stored.get(path)?.length ?? 0;
      return `${path.endsWith("/") ? "drwxr-xr-x" : "-rw-r--r--"} 1 u g ${size} Jan 02 2020 ${name}\r\n`;
    })
    .join("");
}

async function send({ control, data }: QuirkySession, text: string): Promise<void> {
  const socket = await data?.accept();
  await control.reply("150 here");
  socket?.end(Buffer.from(text, "latin1"));
  await control.reply("226 done");
}

export const handlers: Readonly<Record<string, Handler>> = {
  USER: say("331 password?"),
  PASS: say("230 welcome"),
  QUIT: say("221 bye"),
  NOOP: say("200 ok"),
  TYPE: say("200 ok"),
  OPTS: say("200 ok"),
  FEAT: (_, { control }, { features = ["SIZE"] }) =>
    control.send(`211-Features\r\n${features.map((feature) => ` ${feature}\r\n`).join("")}211 End\r\n`),
  PWD: (_, { control, cwd }) => control.reply(`257 "${cwd}" is it`),
  async CWD(path, session, files) {
    const place = placeOf(session, path);
    if (!isDirectory(files, place)) return await session.control.reply("550 Failed to change directory.");
    session.cwd = place;
    await session.control.reply("250 ok");
  },
  async CDUP(_, session, files) {
    await handlers["CWD"]?.("..", session, files);
  },
  async EPSV(_, session) {
    session.data = await session.control.listenData();
    await session.control.reply(`229 ok (|||${session.data.port}|)`);
  },
  /** As vsftpd: nothing where nothing is. */
  async LIST(path, session, files) {
    const place = placeOf(session, path);
    const isFile = files.stored.has(place);
    const above = place.slice(0, place.lastIndexOf("/")) || "/";
    const own = isFile
      ? linesOf(files, above)
          .split("\r\n")
          .filter((line) => line.endsWith(` ${path}`))
      : [];
    await send(session, isFile ? own.map((line) => `${line}\r\n`).join("") : linesOf(files, place));
  },
  async SIZE(path, session, { stored }) {
    const content = stored.get(placeOf(session, path));
    await session.control.reply(content === undefined ? "550 Could not get file size." : `213 ${content.length}`);
  },
  async MKD(path, session, { stored }) {
    stored.set(`${placeOf(session, path)}/`, "");
    await session.control.reply(`257 "${placeOf(session, path)}" made`);
  },
  async DELE(path, session, { stored }) {
    const isGone = stored.delete(placeOf(session, path));
    await session.control.reply(isGone ? "250 gone" : "550 Delete operation failed.");
  },
  async RNFR(path, session, { stored }) {
    session.from = placeOf(session, path);
    await session.control.reply(stored.has(session.from) ? "350 go" : "550 RNFR command failed.");
  },
  async RNTO(path, session, { stored }) {
    const { from = "" } = session;
    stored.set(placeOf(session, path), stored.get(from) ?? "");
    stored.delete(from);
    await session.control.reply("250 renamed");
  },
  async RETR(path, session, { stored }) {
    const content = stored.get(placeOf(session, path));
    if (content === undefined) return await session.control.reply("550 Failed to open file.");
    await send(session, content);
  },
  async STOR(path, session, { stored }) {
    const socket = await session.data?.accept();
    await session.control.reply("150 go");
    const chunks: Buffer[] = [];
    socket?.on("data", (chunk: Buffer) => chunks.push(chunk));
    await new Promise<void>((resolve) => socket?.once("end", resolve).once("close", () => resolve()));
    socket?.end();
    stored.set(placeOf(session, path), Buffer.concat(chunks).toString("latin1"));
    await session.control.reply("226 done");
  },
};
