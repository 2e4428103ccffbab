// Rows of text fields as CSV, and back. Layout: RFC 4180, with any separator.

/** One row with its line end. Fields with a separator, a quote or a line break are quoted. */
export function csvLine(fields: readonly string[], separator: string): string {
  const quote = (field: string) =>
    field.includes(separator) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return `${fields.map(quote).join(separator)}\r\n`;
}

/** The rows of a text; lines end with a line feed, before which a carriage return may stand. */
export function csvRows(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { field, end } =
      text[at] === '"' ? quotedField(text, at) : plainField(text, at, separator);
    row.push(field);
    at = end;
    if (text.startsWith(separator, at)) {
      at += separator.length;
      // The text ends with an empty field.
      if (at === text.length) row.push("");
      continue;
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function plainField(text: string, start: number, separator: string) {
  let end = start;
  while (end < text.length && !text.startsWith(separator, end) && !/[\r\n]/.test(text[end])) end++;
  return { field: text.slice(start, end), end };
}

function quotedField(text: string, start: number) {
  let end = start + 1;
  while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) {
    end += text[end] === '"' ? 2 : 1;
  }
  return { field: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 };
}
