// How many columns of a terminal a text takes, and how it is cut to fit.

// East Asian wide (Unicode TR11, the blocks of it), and what is shown as an emoji.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns: 2 for wide characters, 0 for marks that combine with the one before. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (/\p{Mn}|\p{Me}|\u200d/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Fills up with spaces on the right. */
export function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** Cuts into lines of at most `width` columns, at spaces where one is in the second half; further lines are indented by 2. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (textWidth(rest) > width) {
    const fits = takeColumns(rest, width);
    const space = rest[fits.length] === " " ? fits.length : fits.lastIndexOf(" ");
    const cut = space > fits.length * 0.5 ? space : fits.length;
    lines.push(rest.slice(0, cut));
    rest = `  ${rest.slice(cut).trimStart()}`;
  }
  return [...lines, rest];
}

// At least one character beyond the indent, so that wrapping always gets on.
function takeColumns(text: string, width: number): string {
  let taken = "";
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width && taken.trim() !== "") break;
    taken += character;
  }
  return taken;
}
