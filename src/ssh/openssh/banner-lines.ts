// ssh's debug lines about the server's identification (sshconnect.c, kex.c), for BannerWait.
import type { Clock } from "../../platform/clock.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { BannerWait } from "../banner-wait.ts";
import type { EffectiveSettings } from "./effective-settings.ts";
import type { SshMessages } from "./ssh-messages.ts";

/** Not said behind a ProxyCommand or a jump host, which may ask the user for as long as it likes. */
const connected = /^debug1: Connection established\.?$/;
const connecting = /^debug1: Connecting to (\S+) \[.*\] port (\d+)\.?$/;
const early = /^debug1: kex_exchange_identification: banner line \d+: (.*)$/;
const identified = /^debug1: Remote protocol version /;

/** Watches until it is disposed of; rejects with `SSH_CONNECT`, or never settles. */
export interface BannerWatch extends Disposable {
  readonly failed: Promise<never>;
}

export function watchBanner(
  messages: SshMessages,
  settings: EffectiveSettings,
  clock: Clock,
  notify: (line: string) => void,
): BannerWatch {
  let reject: (error: SallyportError) => void = () => {};
  const failed = new Promise<never>((_, fail) => {
    reject = fail;
  });
  failed.catch(() => {});
  const seconds = Number(settings.get("connecttimeout") ?? "none");
  let wait: BannerWait | undefined;
  let server = settings.get("hostname") ?? "the server";
  const unwatch = messages.watch((line) => {
    const place = connecting.exec(line);
    if (place !== null) server = `${place[1]}:${place[2]}`;
    if (connected.test(line)) {
      const limitMs = seconds > 0 ? seconds * 1000 : undefined;
      wait = new BannerWait({ clock, server, limitMs, notify, fail: reject });
      wait.start();
    }
    const [, text] = early.exec(line) ?? [];
    if (text !== undefined) wait?.line(text);
    if (identified.test(line)) wait?.[Symbol.dispose]();
  });
  return {
    failed,
    [Symbol.dispose]() {
      unwatch();
      wait?.[Symbol.dispose]();
    },
  };
}
