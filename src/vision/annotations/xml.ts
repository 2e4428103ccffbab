// XML as a tree, for files that nobody vouches for: no entity of a document's own is ever expanded, and size and depth have
// limits.

import { FormatError } from "../../core/errors.ts";

/** An element. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** What stands directly in it, without blanks around. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** Bytes of a document; files of one picture have a few thousand. */
const mostBytes = 2 ** 24;
const mostDepth = 64;

/**
 * The outermost element of a document; `name` is what errors call the file. Attributes are not kept.
 *
 * @throws FormatError where it is not well-formed, declares entities, or is too large.
 */
export async function parseXml(bytes: Uint8Array, name: string): Promise<XmlElement> {
  const { Parser } = await import("htmlparser2");
  if (bytes.length > mostBytes) {
    throw broken(name, "is too large for an XML file of one picture", `${bytes.length} bytes`);
  }
  const text = decoded(bytes);
  const root: OpenElement = { name: "", children: [], text: "" };
  const open = [root];
  const parser = new Parser(
    {
      onopentagname(element) {
        if (open.length > mostDepth) throw broken(name, "is nested too deep");
        open.push({ name: element, children: [], text: "" });
      },
      ontext(piece) {
        open[open.length - 1].text += piece;
      },
      onclosetag(element, isImplied) {
        const closed = open.pop();
        // A tag that closes itself, such as <part/>, is implied as well.
        const isOwn = text.slice(parser.endIndex - 1, parser.endIndex + 1) === "/>";
        if (isImplied && !isOwn) throw broken(name, `does not close <${element}>`);
        if (closed === undefined) return;
        open[open.length - 1].children.push({ ...closed, text: closed.text.trim() });
      },
      onprocessinginstruction(_, data) {
        if (/<!ENTITY|\[/i.test(data)) throw broken(name, "declares entities");
      },
    },
    { xmlMode: true },
  );
  parser.write(text);
  parser.end();
  const [outermost] = root.children;
  if (outermost === undefined) throw broken(name, "holds no XML");
  return outermost;
}

/** Text in UTF-8, or in UTF-16 where the first bytes say so. */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = isWide ? (first === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** The text of the first child of that name; undefined where there is none. */
export function childText(element: XmlElement, name: string): string | undefined {
  return childOf(element, name)?.text;
}

/** The first child of that name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

function broken(name: string, why: string, received?: string): FormatError {
  return new FormatError({
    what: `${name} ${why}.`,
    expected: "a well-formed XML file",
    ...(received !== undefined && { received }),
  });
}
