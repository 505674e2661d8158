// Words that the project has given up, and what is written in their place. docs/internals/names.md has the words that it uses.
import { placeOf, type SourceFile, withoutComments } from "./source-files.ts";

interface OldWord {
  readonly pattern: RegExp;
  readonly instead: string;
  /** `visible`: only in documents and in the strings of the program, since code may need the word; `protocols`: see there. */
  readonly where: "everywhere" | "visible" | "visible and protocols";
}

/** Here comments count, too: what peers do is sent, received, reported. */
const protocols = ["src/protocol/", "src/platform/", "src/ssh/", "src/serve/"];

const oldWords: readonly OldWord[] = [
  { pattern: /\banew\b/gi, instead: "again", where: "everywhere" },
  { pattern: /\blest\b/gi, instead: "so that … not", where: "everywhere" },
  { pattern: /\btwice is harmless\b/gi, instead: "idempotent", where: "everywhere" },
  { pattern: /\bin one breath\b/gi, instead: "pipelined", where: "everywhere" },
  { pattern: /\b(?:come|comes|came|coming) about\b/gi, instead: "is opened, is made", where: "everywhere" },
  { pattern: /\b(?:go|goes|going|gone|went) on with\b/gi, instead: "resume, continue", where: "everywhere" },
  {
    pattern: /\b(?:break|breaks|broke|broken|breaking) off\b/gi,
    instead: "abort (FTP), reset (TCP)",
    where: "everywhere",
  },
  { pattern: /\bfar (?:end|side|port|sockets?)\b/gi, instead: "remote end, remote port", where: "everywhere" },
  { pattern: /\bthie(?:f|ves)\b/gi, instead: "attacker; the attack is port stealing", where: "everywhere" },
  {
    pattern: /\bof (?:its|their|your|his|her) own(?=[.,:;)|]|$| (?:for|on|with|by|in|that)\b)/gim,
    instead: "its own …, a separate …",
    where: "everywhere",
  },
  { pattern: /\bthat (?:is|are|was|were) none\b/gi, instead: "that is not one; unknown, invalid", where: "everywhere" },
  { pattern: /\bcures?\b/gi, instead: "hint", where: "everywhere" },
  { pattern: /\bintruders?\b/gi, instead: "rejected peer", where: "everywhere" },
  { pattern: /\bcaveats?\b/gi, instead: "warning", where: "everywhere" },
  {
    pattern: /\b(?:letOthersOn|toldSize|wishEpsv4|ResumeWish|SftpRemote|SftpServerSession|openTalk|demand[A-Z]\w*)\b/g,
    instead: "releaseControl, reportedSize, requestEpsv4, ResumeMode, SftpChannel, SftpSession, openSession, assertX",
    where: "everywhere",
  },
  {
    pattern: /\b(?:(?:Process|Prompt|Glob|Completion)?World|SftpWish|SecondShell|\w*Draft)\b/g,
    instead: "ProcessIo, PromptIo, GlobSource, SftpAccess, atSecond, Parsed…Options",
    where: "everywhere",
  },
  { pattern: /\bintruders?\b|\w*Intruder\w*/g, instead: "rejected peer", where: "everywhere" },
  {
    pattern:
      /\b(?:SignalFan|Entrance|BufferShelf|PieceShelf|Inbox|ControlChannel|NaiveUser|FtpUser|RemoteUser|ClassicManners|takesOf|runAct|mustWork)\b/g,
    instead:
      "onAbort, Acceptor, BufferPool, PieceQueue, DataReader, ControlConnection, ScriptedClient, LabClient, RemoteClient, ClassicQuirks, variantsOf, runOnStage, assertWorks",
    where: "everywhere",
  },
  {
    pattern: /\b(?:DataEnds?|backModes?|BackModeName|ActPlace|actSection|playBriefly)\b/g,
    instead: "DataConnector, upstreamMode, RunPlace, runSection, runBriefly",
    where: "everywhere",
  },
  { pattern: /\bword too many\b/gi, instead: "unexpected argument", where: "everywhere" },
  { pattern: /\bexclude each other\b/gi, instead: "cannot be used together", where: "everywhere" },
  { pattern: /\bplain file\b/gi, instead: "regular file", where: "everywhere" },
  {
    pattern: /(?<!\bthere )\bis no (?:terminal|whole number|host name|beginning|(?:FTP|SSH) server)\b/gi,
    instead: "is not a …",
    where: "visible",
  },
  {
    pattern: /\b(?:tells?|telling|told)\b(?! apart)/gi,
    instead: "reports, shows, is sent",
    where: "visible and protocols",
  },
  {
    pattern:
      /\b(?:ChannelTable|ChannelRegistry|ChannelOwner|ChannelStream|(?:Embedded|OpenSsh)Network|ClearMessages)\b/g,
    instead: "Channels, Channel, RemoteNetwork, ClearConnection: one layer for all transports",
    where: "everywhere",
  },
  { pattern: /\b(?:honestError|lastWords)\b/g, instead: "asSallyportError, recentLines", where: "everywhere" },
  { pattern: /\b(?:hears?|heard)\b/gi, instead: "reads, receives", where: "visible and protocols" },
];

/** One line per old word: `place has word: what to write instead`. */
export function foundOldWords(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const visible = file.path.endsWith(".ts") ? stringsOf(file.text) : file.text;
    const spoken = isSettled(file) ? withCommentsOf(file.text, visible) : visible;
    return oldWords.flatMap(({ pattern, instead, where }) => {
      if (where !== "everywhere" && isForDevelopers(file)) return [];
      const text = where === "everywhere" ? file.text : where === "visible" ? visible : spoken;
      return Array.from(text.matchAll(pattern), (match) => `${placeOf(file, match.index)} has ${match[0]}: ${instead}`);
    });
  });
}

function isForDevelopers({ path }: SourceFile): boolean {
  return path.startsWith("src/") && path.endsWith(".md");
}

/** All but the sentences in strings blanked, what is put into them too; line numbers kept. */
function stringsOf(text: string): string {
  const string = /"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\\n])*`/g;
  let end = 0;
  let strings = "";
  const code = withoutComments(text);
  for (const match of code.matchAll(string)) {
    const words = match[0].replaceAll(/\$\{[^}]*\}/g, blank);
    strings += blank(code.slice(end, match.index)) + (/[a-z] [a-z]/.test(match[0]) ? words : blank(words));
    end = match.index + match[0].length;
  }
  return strings + blank(code.slice(end));
}

function isSettled({ path }: SourceFile): boolean {
  return path.endsWith(".ts") && protocols.some((folder) => path.startsWith(folder));
}

/** `visible`, with the comments of `text` where they stand; what is in backticks there is code. */
function withCommentsOf(text: string, visible: string): string {
  const code = withoutComments(text);
  const blanked = text.replaceAll(/[^\n]/g, (letter, at: number) => (letter === code[at] ? " " : letter));
  const comments = blanked.replaceAll(/`[^`\n]*`/g, blank);
  return comments.replaceAll(/ /g, (_, at: number) => visible[at] ?? " ");
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}
