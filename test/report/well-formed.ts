// A strict check that a text is well-formed XML, since browsers refuse an SVG file that is not.

/** What is wrong with `xml`, or nothing. */
export function faultOf(xml: string): string | undefined {
  const open: string[] = [];
  let end = 0;
  for (const match of xml.matchAll(/<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [tag, closing, name, attributes, empty] = match;
    const fault = textFault(xml.slice(end, match.index)) ?? textFault(attributes);
    if (fault) return fault;
    end = match.index + tag.length;
    const names = [...attributes.matchAll(/\s([\w:-]+)="/g)].map(([, attribute]) => attribute);
    if (new Set(names).size < names.length) return `an attribute twice in ${tag}`;
    if (closing && open.pop() !== name) return `${tag} closes nothing`;
    if (!closing && !empty) open.push(name);
  }
  return textFault(xml.slice(end)) ?? (open.length > 0 ? `${open} not closed` : undefined);
}

function textFault(text: string): string | undefined {
  if (text.includes("<")) return `a stray < in ${JSON.stringify(text.slice(0, 80))}`;
  if (/&(?!(amp|lt|gt|quot|#\d+|#x[0-9a-f]+);)/i.test(text)) return `a stray & in ${text}`;
  const forbidden = /[^\P{Cc}\t\n\r]/u.exec(text);
  return forbidden ? `a control character ${JSON.stringify(forbidden[0])}` : undefined;
}
