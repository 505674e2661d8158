// Text of a server, for a terminal.
import { printable } from "../protocol/printable.ts";

/** The lines of a banner or a prompt, without anything that a terminal would obey. Trailing empty lines go. */
export function showLines(text: string): string[] {
  const lines = text.replace(/\s+$/, "").split(/\r?\n/);
  return lines.map((line) =>
    line
      .split("\t")
      .map((part) => showText(part))
      .join("\t"),
  );
}

/** One line. `text` is a string as ssh2 decoded it; {@link printable} takes the bytes. */
export function showText(text: string, charactersMax?: number): string {
  return printable(Buffer.from(text, "utf8").toString("latin1"), charactersMax);
}
