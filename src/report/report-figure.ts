// A figure as pages and run folders take it: the picture, what it shows in words, its numbers, and how to read it.

/** The numbers behind a figure, as text. */
export interface DataTable {
  readonly columns: readonly string[];
  /** One text for each column; the first names the row. */
  readonly rows: readonly (readonly string[])[];
}

/** What a reader should know of a kind of figure. */
export interface Reference {
  readonly title: string;
  /** What it shows. */
  readonly shows: string;
  /** When it misleads. */
  readonly misleads: string;
  /** Where it is from. */
  readonly paper: string;
}

/** A figure with everything that belongs to it. */
export interface ReportFigure {
  /** The name of its files, without an extension, such as `roc`. */
  readonly name: string;
  /** The text of an SVG file. */
  readonly svg: string;
  /** What it shows here, in a sentence or two, for those who cannot see it. */
  readonly alternative: string;
  readonly table: DataTable;
  readonly reference: Reference;
}
