// Where a program keeps what it makes itself and wants again: the XDG Base Directory Specification, and Windows' own way.
import { isAbsolute, join, win32 } from "node:path";

export interface StateWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The user's home directory. */
  readonly home: string;
}

export function stateDirectory({ env, platform, home }: StateWorld): string {
  if (platform === "win32") {
    return win32.join(env["LOCALAPPDATA"] || win32.join(home, "AppData", "Local"), "sallyport");
  }
  const state = env["XDG_STATE_HOME"];
  // A relative path is to be ignored, says the specification.
  const base = state !== undefined && isAbsolute(state) ? state : join(home, ".local", "state");
  return join(base, "sallyport");
}
