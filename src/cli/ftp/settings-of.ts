// What the prompt begins with.
import type { FtpCommand } from "./ftp-command.ts";
import type { Settings } from "./shell.ts";

/** `interactive`: a person is at the terminal, who sees replies and is asked. */
export function settingsOf({ mode, debug, quiet, encoding = "utf8" }: FtpCommand, interactive: boolean): Settings {
  return {
    type: "binary",
    verbose: (interactive || debug) && !quiet,
    debug,
    hash: false,
    confirm: interactive,
    glob: true,
    preserve: true,
    sendPort: mode !== "default-port",
    epsv4: true,
    encoding,
    mode,
    localDirectory: process.cwd(),
  };
}
