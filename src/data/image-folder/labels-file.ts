// A table of labels in CSV: a picture a row, with its class in words or one column a class. Knows no folder, and not
// how many classes a picture may have.

import { FormatError } from "../../core/errors.ts";
import { csvRows } from "../../formats/csv.ts";
import { hasPictureName } from "./found-file.ts";

/** A picture with its class, as the table says. */
export interface LabelRow {
  /** The path as it is written there. */
  readonly path: string;
  /** The classes that the row names: any number where each class has a column. */
  readonly classNames: readonly string[];
  /** The word in the column `split`, where there is one. */
  readonly part?: string;
}

/** What the columns of tables are called that people have. */
const pathColumns = ["path", "file", "filename", "file_name", "image", "image_id", "id", "name"];
const labelColumns = ["label", "class", "class_name", "category", "target", "labels"];
const partColumns = ["split", "part", "set", "subset"];

/**
 * The rows of a table `path,label`, or of one with a column for each class that holds 1 for the classes of the picture
 * and 0 for the others. The first row may name the columns, in any order, as in `filename,label,split`. Fields are separated
 * by commas, semicolons or tabs. `name` is for messages.
 *
 * @throws FormatError where it is no such table.
 */
export function readLabels(bytes: Uint8Array, name: string): LabelRow[] {
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, "");
  const [firstLine] = text.split("\n", 1);
  const separator = [",", ";", "\t"].find((one) => firstLine.includes(one)) ?? ",";
  const rows = csvRows(text, separator)
    .map((row) => row.map((field) => field.trim()))
    .filter((row) => row.some((field) => field !== ""));
  const [first = [], ...rest] = rows;
  if (first.length >= 2 && hasPictureName(first[0])) {
    return rows.map(([path, className]) => labelled(path, className));
  }
  const columns = first.map((column) => column.toLowerCase());
  const place = (names: readonly string[]) => columns.findIndex((name) => names.includes(name));
  const path = place(pathColumns);
  const label = place(labelColumns);
  const part = place(partColumns);
  if (path === -1 || first.length < 2 || rest.length === 0) throw noTable(name, first);
  const classes = [...first.keys()].filter((i) => i !== path && i !== part);
  if (label === -1) requireShares(rest, classes, name, first);
  return rest.map((row) => ({
    ...(label === -1 ? marked(row, path, classes, first) : labelled(row[path], row[label])),
    ...(part !== -1 && row[part] ? { part: row[part] } : {}),
  }));
}

function labelled(path = "", className = ""): LabelRow {
  return { path, classNames: className === "" ? [] : [className] };
}

/** The classes of a row with a column for each. */
function marked(
  row: readonly string[],
  path: number,
  classes: readonly number[],
  names: readonly string[],
): LabelRow {
  const ones = classes.filter((i) => Number(row[i]) === 1);
  return { path: row[path], classNames: ones.map((i) => names[i]) };
}

/** @throws FormatError unless every class column holds 0 or 1. */
function requireShares(
  rows: readonly (readonly string[])[],
  classes: readonly number[],
  name: string,
  heading: readonly string[],
): void {
  const isMark = (field: string | undefined) => ["0", "1", "0.0", "1.0", ""].includes(field ?? "");
  if (rows.every((row) => classes.every((i) => isMark(row[i])))) return;
  throw noTable(name, heading);
}

function noTable(name: string, heading: readonly string[]): FormatError {
  return new FormatError({
    what: `${name} is no table of labels.`,
    expected: "the columns path and label, or path and one column of 0 and 1 for each class",
    received: heading.length === 0 ? "an empty file" : `the columns ${heading.join(", ")}`,
    fix: "Name the columns in the first row: path,label.",
  });
}
