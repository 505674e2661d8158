// How wide a text is, without a browser: a little more than in the wide fonts of today's systems (DejaVu Sans), so that what
// is found to fit does fit.

export type Face = "sans" | "bold" | "mono";

/** Em per character, by the first class that has it. */
const sansClasses: readonly (readonly [RegExp, number])[] = [
  [/[iljI.,:;'|!()[\] ]/, 0.4],
  [/[ftr\-/"]/, 0.44],
  [/[mwMW@%→—…]/, 0.98],
  [/[A-Z]/, 0.74],
  [/[a-z0-9]/, 0.64],
];
const monoEm = 0.61;
const boldFactor = 1.1;

/** Pixels at a font size in pixels. */
export function textWidth(text: string, size: number, face: Face): number {
  if (face === "mono") return Array.from(text).length * monoEm * size;
  let em = 0;
  for (const character of text) em += sansClasses.find(([pattern]) => pattern.test(character))?.[1] ?? 1;
  return em * size * (face === "bold" ? boldFactor : 1);
}

/** Lines of at most `width` pixels, broken at spaces and, where a word is too long, within it: behind a sign if it has one. */
export function wrapText(text: string, width: number, size: number, face: Face): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((part) => pieces(part, width, size, face))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer, size, face) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number, size: number, face: Face): string[] {
  const found: string[] = [];
  let piece = "";
  for (const character of word) {
    if (piece !== "" && textWidth(piece + character, size, face) > width) {
      const end = /^.*[,.:;/|)\]-](?=.)/.exec(piece + character)?.[0].length ?? piece.length;
      found.push(piece.slice(0, end));
      piece = piece.slice(end);
    }
    piece += character;
  }
  return [...found, piece];
}
