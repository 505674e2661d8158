// The only place where text becomes markup. A string is always text; what is markup has its own type.

export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | undefined | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Elements without content, in HTML and in SVG. */
const emptyElements: ReadonlySet<string> = new Set(["meta", "br", "wbr", "rect", "line", "path", "circle", "polygon"]);

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// What XML does not allow, and what would change how the text around it looks: controls, marks of direction, joiners.
const unshowable =
  /[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Surrogate}/gu;

/** Text with its control characters visible, as `\\x1b` or `\\u202e`; what is measured and broken into lines. */
export function visibleText(text: string): string {
  return text.replace(unshowable, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Text for an element or an attribute, in HTML and XML alike. */
export function escapeText(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** An element of HTML or SVG. Attributes that are undefined are left out; numbers get at most one decimal. */
export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeText(typeof value === "number" ? formatNumber(value) : value)}"`],
  );
  const start = `<${name}${written.join("")}`;
  if (emptyElements.has(name)) return { markup: `${start}/>` };
  return { markup: `${start}>${children.map(render).join("")}</${name}>` };
}

/** Addresses and their like as code: where there is no room for all of it, a line ends before a port, never within a number. */
export function codeWithPorts(text: string): Markup {
  const pieces = text.split(/(?<=:)(?=\d+(?:\s|$))/);
  return element(
    "code",
    {},
    ...pieces.flatMap((piece, index) => (index === 0 ? [piece] : [element("wbr", {}), piece])),
  );
}

/** Style sheets and doctypes of our own: constants, never anything that was received. */
export function constantMarkup(markup: string): Markup {
  return { markup };
}

function render(child: Child): string {
  if (child === undefined) return "";
  if (typeof child === "string") return escapeText(child);
  return "markup" in child ? child.markup : child.map(render).join("");
}

function formatNumber(value: number): string {
  return String(Math.round(value * 10) / 10);
}
