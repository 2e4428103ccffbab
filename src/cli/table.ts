// Text in columns.

/** Where a column's text stands. */
export type Align = "left" | "right";

/** Rows as lines, columns two spaces apart; the first row is the heading. */
export function formatTable(
  rows: readonly (readonly string[])[],
  aligns: readonly Align[],
): string {
  const widths = aligns.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows
    .map((row) =>
      aligns
        .map((align, i) => {
          const text = row[i] ?? "";
          return align === "right" ? text.padStart(widths[i]) : text.padEnd(widths[i]);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
