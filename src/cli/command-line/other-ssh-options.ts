// The rest of ssh(1): what changes nothing here and is taken because people type it, and what is refused, with the reason.
import type { OptionRow } from "./option-row.ts";
import { usageError } from "./usage-error.ts";

const nothing = (): void => {};

export const acceptedOptions: readonly OptionRow[] = [
  { short: "-n", group: "accepted", help: "standard input is not read: Sallyport never reads it", apply: nothing },
  {
    short: "-T",
    group: "accepted",
    help: "no terminal at the remote end: Sallyport never asks for one",
    apply: nothing,
  },
  { short: "-a", group: "accepted", help: "no agent forwarding: Sallyport never forwards it", apply: nothing },
  { short: "-x", group: "accepted", help: "no X11 forwarding: Sallyport never forwards it", apply: nothing },
  {
    short: "-k",
    group: "accepted",
    help: "no delegation of GSSAPI credentials",
    more: "The same as `-o GSSAPIDelegateCredentials=no`.",
    apply: (draft) => void draft.sshOptions.push("GSSAPIDelegateCredentials=no"),
  },
];

/** [option, value or "", why it is refused, what to do instead] */
const refusals: readonly (readonly [string, string, string, string])[] = [
  ["-R", "FORWARD", "Sallyport carries FTP through -L", "For a remote forward use ssh -R."],
  ["-D", "PORT", "Sallyport carries FTP through -L", "For SOCKS use ssh -D."],
  ["-W", "HOST:PORT", "Sallyport carries FTP through -L", "To join standard input to a port use ssh -W."],
  ["-w", "TUNNEL", "Sallyport carries FTP through -L", "For a tunnel device use ssh -w."],
  ["-X", "", "there is no remote program that could open a window", "For X11 use ssh -X."],
  ["-Y", "", "there is no remote program that could open a window", "For X11 use ssh -Y."],
  ["-A", "", "there is no remote program that could use your agent", "Leave -A out; to pass through a host use -J."],
  ["-t", "", "there is no remote program that needs a terminal", "For a shell use ssh."],
  ["-s", "", "there is no remote program to start", "For a subsystem use ssh -s."],
  ["-e", "CHARACTER", "there is no terminal session to escape from", "Leave -e out."],
  ["-M", "", "Sallyport makes its own SSH connection and shares it with nobody", "Leave -M out."],
  ["-S", "PATH", "Sallyport makes its own SSH connection and shares it with nobody", "Leave -S out."],
  ["-O", "COMMAND", "Sallyport makes its own SSH connection and shares it with nobody", "To end it send SIGTERM."],
  ["-E", "FILE", "ssh's messages go to standard error", "Write 2>FILE, or --trace FILE for the FTP sessions."],
  ["-y", "", "Sallyport does not write to syslog", "Write 2>&1 | logger, or --log json and a file."],
  ["-K", "", "it would also hand your GSSAPI credentials to the server", "Use -o GSSAPIAuthentication=yes."],
  ["-P", "TAG", "with ssh it is a tag for Match, not the port", "The port is -p; a tag is -o Tag=NAME."],
  ["-Q", "QUERY", "it asks the ssh program, not a tunnel", "Use ssh -Q."],
  ["-G", "", "it asks the ssh program, not a tunnel", "Use ssh -G."],
];

export const refusedOptions: readonly OptionRow[] = refusals.map(([short, value, reason, instead]) => ({
  short,
  ...(value === "" ? {} : { values: [value] }),
  group: "refused",
  help: reason,
  more: instead,
  apply: () => {
    throw usageError(`${short} is refused: ${reason}`, instead);
  },
}));
