// Patterns of the shell in the last name of a path: `NLST *.txt` is what mget asks for.

/** `*`, `?` or `[` in it. */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** True when the whole name fits. Time grows with pattern times name at worst: one star is retried, never all of them. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = parsePattern(pattern);
  let part = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    const current = parts[part];
    if (current === "*") {
      star = part;
      starAt = at;
      part += 1;
    } else if (current?.(name.charAt(at))) {
      part += 1;
      at += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = starAt;
      part = star + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === "*");
}

type Part = "*" | ((character: string) => boolean);

function parsePattern(pattern: string): Part[] {
  const parts: Part[] = [];
  const tokens = pattern.match(/\[[!^]?\]?[^\]]*\]|[\s\S]/g) ?? [];
  for (const token of tokens) {
    if (token === "*") parts.push("*");
    else if (token === "?") parts.push(() => true);
    else if (token.length > 1) parts.push(characterClass(token.slice(1, -1)));
    else parts.push((character) => character === token);
  }
  return parts;
}

/** `a-z`, `!a-z`, `]` as first. */
function characterClass(text: string): (character: string) => boolean {
  const negated = /^[!^]/.test(text);
  const ranges = (negated ? text.slice(1) : text).match(/[\s\S]-[\s\S]|[\s\S]/g) ?? [];
  const isIn = (character: string): boolean =>
    ranges.some((range) => character >= range.charAt(0) && character <= range.charAt(range.length - 1));
  return (character) => isIn(character) !== negated;
}
