// Text made safe for HTML and SVG. Strings in, strings out.

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` for use between tags or inside a quoted attribute; the result is valid in XML too. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character]);
}

/**
 * `text` on one line, without the characters that XML forbids: control characters and broken
 * surrogate pairs become U+FFFD, white space becomes one space.
 */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/gu, " "));
}

/** `text` with at most `longest` characters, an ellipsis in its middle where it was cut. */
export function shorten(text: string, longest: number): string {
  const characters = [...text];
  if (characters.length <= longest) return text;
  const head = characters.slice(0, Math.ceil((longest - 1) / 2));
  const tail = characters.slice(characters.length - Math.floor((longest - 1) / 2));
  return `${head.join("").trimEnd()}\u2026${tail.join("").trimStart()}`;
}

/** Control characters but for tab and line ends, and the two code points that are none. */
const unprintable = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu;

/** `text` with U+FFFD for what is no character, and for control characters but tab and line ends. */
export function printable(text: string): string {
  return text.toWellFormed().replace(unprintable, "\ufffd");
}
