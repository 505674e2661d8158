// URLs in messages: broken ones too, so by their letters and not by their parts.

const shapes = [/^([a-z][a-z0-9+.-]*:\/\/[^/:@]*):[\s\S]*@/i, /^([^/:@]*):(?!\/\/)[\s\S]*@/];

/** The text with what may be a password replaced by `***`: all from the colon behind the user to the last `@`. */
export function redactUrl(text: string): string {
  const shape = shapes.find((candidate) => candidate.test(text));
  return shape === undefined ? text : text.replace(shape, "$1:***@");
}
