// For each command and each reply that it has for itself: how it comes to it. For what groups of commands share: once.

import type { TestClient } from "../support/test-client.ts";
import type { Engine } from "./engine.ts";

/** An everyday one; with a certificate; with TLS required; where passwords are guessed; with no data port free; IPv6. */
export type Servers = Readonly<Record<"usual" | "tls" | "strict" | "guarded" | "full" | "six", Engine>>;

/** The code that the last line is answered with. */
export type Script = (servers: Servers) => Promise<number>;

async function last(peer: TestClient, lines: readonly string[]): Promise<number> {
  let code = 0;
  for (const line of lines) code = await peer.code(line);
  return code;
}

/** Logged in. */
const after =
  (...lines: string[]): Script =>
  async ({ usual }) =>
    last(await usual.login(), lines);

const afterOn =
  (server: keyof Servers, ...lines: string[]): Script =>
  async (servers) =>
    last(await servers[server].login(), lines);

/** Not logged in; the greeting is read. */
const first =
  (...lines: string[]): Script =>
  async ({ usual }) =>
    last(await greeted(usual), lines);

const inTls =
  (server: "tls" | "strict", ...lines: string[]): Script =>
  async (servers) => {
    const peer = await greeted(servers[server]);
    await peer.command("AUTH TLS");
    await peer.secure();
    return last(peer, lines);
  };

async function greeted(engine: Engine): Promise<TestClient> {
  const peer = await engine.connect();
  await peer.reply();
  return peer;
}

const download =
  (line: string, which: 0 | 1): Script =>
  async ({ usual }) =>
    (await (await usual.login()).download(line)).codes[which] ?? 0;

const login = ["USER x", "PASS secret"];

/** Path commands and what they say when all is well. */
const plain = (code: number, ...lines: readonly string[]): Record<string, Script> =>
  Object.fromEntries(lines.map((line) => [`${line.split(" ")[0]} ${code}`, after(line)]));

export const scripts: Readonly<Record<string, Script>> = {
  "USER 331": first("USER x"),
  "USER 530": async ({ strict }) => (await greeted(strict)).code("USER x"),
  "PASS 230": first(...login),
  "PASS 421": async ({ guarded }) => {
    const peer = await greeted(guarded);
    for (let count = 1; count < 5; count += 1) await wrongPassword(guarded, peer);
    return wrongPassword(guarded, peer);
  },
  "PASS 503": first("PASS x"),
  "PASS 530": async ({ guarded }) => wrongPassword(guarded, await greeted(guarded)),
  ...plain(202, "ACCT x"),
  ...plain(220, "REIN"),
  ...plain(221, "QUIT"),
  "HOST 220": first("HOST a.example"),
  "HOST 503": first("USER x", "HOST a.example"),
  ...plain(225, "ABOR"),
  "ABOR 226": async ({ usual }) => {
    const peer = await usual.login("slow");
    await peer.code("HASH a\r\nABOR");
    return (await peer.reply()).code;
  },
  "AUTH 234": async ({ tls }) => (await greeted(tls)).code("AUTH TLS"),
  "AUTH 421": async ({ tls }) => (await greeted(tls)).code("AUTH TLS\r\nNOOP"),
  "AUTH 502": first("AUTH TLS"),
  "AUTH 503": inTls("tls", "AUTH TLS"),
  "AUTH 504": async ({ tls }) => (await greeted(tls)).code("AUTH KERBEROS_V4"),
  "PBSZ 200": inTls("tls", "PBSZ 0"),
  "PBSZ 503": first("PBSZ 0"),
  "PROT 200": inTls("tls", "PBSZ 0", "PROT P"),
  "PROT 503": inTls("tls", "PROT P"),
  "PROT 504": inTls("tls", "PBSZ 0", "PROT X"),
  "PROT 534": inTls("strict", "PBSZ 0", "PROT C"),
  "PROT 536": inTls("tls", "PBSZ 0", "PROT E"),
  ...plain(215, "SYST"),
  ...plain(200, "NOOP", "CLNT x", "CSID Name=x;", "OPTS UTF8 ON", "LANG en", "TYPE I", "STRU F", "MODE S"),
  ...plain(200, "PORT 127,0,0,1,200,1", "LPRT 4,4,127,0,0,1,2,200,1", "EPRT |1|127.0.0.1|51201|", "EPSV ALL"),
  ...plain(211, "FEAT", "STAT"),
  ...plain(214, "HELP", "SITE HELP"),
  ...plain(502, "HELP SMNT"),
  ...plain(213, "STAT a", "SIZE a", "MDTM a", "MFMT 20200102030405 a", "MFF UNIX.mode=600; a", "AVBL", "HASH a"),
  "SIZE 213": after("TYPE I", "SIZE a"),
  "STAT 451": first("USER many", "PASS secret", "STAT ."),
  ...plain(501, "OPTS NOTHING", "TYPE X", "ALLO many", "REST -1", "PORT 1,2,3", "LPRT 4", "EPRT |1|x|5|"),
  ...plain(501, "MFMT never a", "MFF Modify a", "SITE CHMOD 9 a", "MLSD a"),
  ...plain(504, "OPTS UTF8 OFF", "LANG fr", "TYPE E", "STRU R", "MODE B", "MFF Lang=en; a", "SITE INDEX", "LIST -R"),
  "MFMT 504": first("USER slow", "PASS secret", "MFMT 20200102030405 a"),
  ...plain(202, "ALLO 10"),
  ...plain(350, "REST 3", "RNFR a"),
  ...plain(504, "PORT 127,0,0,1,0,21", "LPRT 4,4,10,0,0,1,2,200,1", "EPRT |1|10.0.0.1|51201|"),
  ...plain(521, "LPRT 9,1,1,2,200,1"),
  ...plain(522, "EPRT |9|x|5000|", "EPSV 2"),
  "PASV 522": afterOn("six", "PASV"),
  "PASV 227": after("PASV"),
  "PASV 425": afterOn("full", "PASV"),
  "LPSV 228": after("LPSV"),
  "LPSV 425": afterOn("full", "LPSV"),
  "EPSV 229": after("EPSV"),
  "EPSV 425": afterOn("full", "EPSV"),
  ...plain(257, "PWD", "XPWD", "MKD b", "XMKD b"),
  ...plain(250, "CWD d", "XCWD d", "CDUP", "XCUP", "RMD d", "XRMD d", "DELE a", "MLST a"),
  "RNTO 250": after("RNFR a", "RNTO b"),
  "RNTO 503": after("RNTO b"),
  ...plain(250, "XCRC a", "XMD5 a", "XSHA a", "XSHA1 a", "XSHA256 a", "XSHA512 a"),
  ...plain(501, "XCRC a 3 1", "XMD5 a 3 1", "XSHA a 3 1", "XSHA1 a 3 1", "XSHA256 a 3 1", "XSHA512 a 3 1"),
  ...plain(251, "MD5 a"),
  ...plain(200, "SITE CHMOD 600 a"),
  "RETR 504": after("REST 1", "RETR a"),
  "RETR 554": after("TYPE I", "REST 6", "RETR a"),
  "STOR 504": after("REST 1", "STOR a"),
  "STOR 554": after("TYPE I", "REST 9", "STOR a"),

  "any 421": async ({ usual }) => {
    const peer = await greeted(usual);
    await usual.clock.waitedFor(300_000);
    usual.clock.advance(300_000);
    return (await peer.reply()).code;
  },
  "any 500": first("XYZZY"),
  "any 501": after("CWD"),
  "any 502": after("SMNT x"),
  "any 503": after("PASS x"),
  "any 530": first("PWD"),

  "path 426": async ({ usual }) => (await usual.login("slow")).code("HASH a\r\nABOR"),
  "path 451": after("TYPE I", "REST 6", "HASH a"),
  "path 452": async ({ usual }) => (await usual.login("FS_NO_SPACE")).code("MKD b"),
  "path 504": async ({ usual }) => (await usual.login("slow")).code("AVBL"),
  "path 550": after("DELE no"),
  "path 553": after(`MKD ${"x".repeat(200)}`, `CWD ${"x".repeat(200)}`, `MKD ${"y".repeat(3950)}`),

  "data 150": download("RETR a", 0),
  "data 226": download("RETR a", 1),
  "data 425": after("LIST"),
  "data 426": async ({ usual }) => {
    const peer = await usual.login();
    const data = await peer.passive();
    await peer.command("STOR b");
    data.resetAndDestroy();
    return (await peer.reply()).code;
  },
  "data 451": async ({ usual }) => (await usual.login("FS_FAILED")).code("STOR b"),
  "data 452": async ({ usual }) => (await (await usual.login()).upload("STOR b", "x".repeat(1001)))[1] ?? 0,
  "data 521": inTls("strict", ...login, "LIST"),
};

/** The growing wait passes on the engine's clock. */
async function wrongPassword({ clock, shared }: Engine, peer: TestClient): Promise<number> {
  await peer.command("USER x");
  const delay = shared.guard.waitMs("127.0.0.1");
  const answer = peer.code("PASS wrong");
  for (const wait of [delay, 500]) {
    if (wait === 0) continue;
    await clock.waitedFor(wait);
    clock.advance(wait);
  }
  return answer;
}
