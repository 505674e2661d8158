// What a test SSH server does with sessions: everything that a conformance fact is about, also what no sshd does.
import type { Channel } from "../../../src/ssh/channels/channel.ts";
import type { OpenAnswer } from "../../../src/ssh/channels/channels.ts";
import { type OpenMessage, openRefusal } from "../../../src/ssh/connection-protocol/messages.ts";
import type { SshConnectionTraits } from "../ssh-connection-suite.ts";
import type { Refusing } from "./refusals.ts";

export const scriptedTraits = {
  isScripted: true,
  commands: {
    succeeds: "succeeds",
    fails: "fails",
    isKilled: "is killed",
    endsWithoutStatus: "ends without a status",
    closesOutputFirst: "closes its output first",
    endsWithoutEof: "ends without an end-of-file",
    readsInput: "reads its input",
    writes: (bytes: number): string => `writes ${bytes}`,
    says: (text: string): string => `says ${text}`,
    runsOn: "runs on",
    isRefused: "is refused",
  },
  subsystems: { echoes: "echo", isRefused: "no-such", endsUnanswered: "ends", breaksUnanswered: "breaks" },
} as const satisfies SshConnectionTraits;

const { commands, subsystems } = scriptedTraits;

/** Commands that are begun before the late status is sent: what the client does after the end-of-file has come by then. */
const lateBy = 2;

const status = (channel: Channel, value: number): void => channel.notify("exit-status", value);

/** A clean end: end-of-file, then the close. */
const end = (channel: Channel): void => void channel.end(() => channel.destroy());

function endWith(value: number): (channel: Channel) => void {
  return (channel) => {
    status(channel, value);
    end(channel);
  };
}

function endBySignal(channel: Channel): void {
  channel.notify("exit-signal", "TERM");
  end(channel);
}

export class ScriptedSessions implements Refusing {
  readonly signals: string[] = [];
  #refusal: { readonly reason: number; readonly words: string } | undefined;
  readonly #late: { readonly channel: Channel; left: number }[] = [];
  readonly #runs: Readonly<Record<string, (channel: Channel) => void>> = {
    [commands.succeeds]: (channel) => {
      endWith(0)(channel);
      this.#advanceLate();
    },
    [commands.fails]: endWith(3),
    [commands.isKilled]: endBySignal,
    [commands.endsWithoutStatus]: end,
    [commands.closesOutputFirst]: (channel) => {
      channel.sendEof();
      this.#late.push({ channel, left: lateBy });
    },
    [commands.endsWithoutEof]: (channel) => {
      status(channel, 0);
      channel.destroy();
    },
    [commands.readsInput]: (channel) => channel.once("end", () => endWith(0)(channel)),
    [commands.runsOn]: () => {},
  };
  readonly #answers: Readonly<Record<string, (channel: Channel) => (() => void) | undefined>> = {
    [subsystems.echoes]: (channel) => () => channel.pipe(channel),
    [subsystems.endsUnanswered]: (channel) => {
      channel.sendEof();
      channel.destroy();
      return undefined;
    },
    [subsystems.breaksUnanswered]: (channel) => {
      channel.destroy();
      return undefined;
    },
  };

  refuse(refusal: { readonly reason: number; readonly words: string } | undefined): void {
    this.#refusal = refusal;
  }

  readonly onOpen = (request: OpenMessage, answer: OpenAnswer): void => {
    if (this.#refusal !== undefined) answer.refuse(this.#refusal.reason, this.#refusal.words);
    else if (request.kind === "session") this.#serve(answer.accept("session"));
    else answer.refuse(openRefusal.prohibited, "");
  };

  #serve(channel: Channel): void {
    channel.onRequest = (type, data) => {
      const name = String(data);
      if (type === "signal") this.signals.push(name);
      else if (type === "subsystem") return this.#answers[name]?.(channel);
      else if (type === "exec") return this.#commandOf(channel, name);
      return undefined;
    };
  }

  #commandOf(channel: Channel, command: string): (() => void) | undefined {
    const [, verb, argument = ""] = /^(writes|says) (.*)$/.exec(command) ?? [];
    const run = verb === undefined ? this.#runs[command] : endWith(0);
    if (run === undefined) return undefined;
    const output = verb === "writes" ? Buffer.alloc(Number(argument)) : Buffer.from(verb === "says" ? argument : "out");
    return () => {
      channel.resume();
      channel.write(output, (error) => {
        if (!error) run(channel);
      });
    };
  }

  #advanceLate(): void {
    for (const late of this.#late) late.left -= 1;
    while (this.#late[0]?.left === 0) {
      const { channel } = this.#late.shift() as { channel: Channel };
      endWith(0)(channel);
    }
  }
}
