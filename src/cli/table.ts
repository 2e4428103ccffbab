// Text in columns.

import type { Column, Table } from "../tasks/task.ts";

/** Where a column's text stands. */
export type Align = Column["align"];

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

/** The same of a table that has its heading apart. */
export function formatColumns({ columns, rows }: Table): string {
  return formatTable(
    [columns.map(({ heading }) => heading), ...rows],
    columns.map(({ align }) => align),
  );
}
