// Examples on one sheet, to look at before training: pictures with the names of their classes, as they are or as a
// network sees them.

import { DataError } from "../core/errors.ts";
import {
  isWhole,
  type OptionNames,
  outlineOf,
  requireKnownOptions,
  requireOption,
  requireRecord,
  requireWhole,
} from "../core/option.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { ContactSheetOptions } from "../images/contact-sheet.ts";
import type { Pixels } from "../images/image-batch.ts";
import { type Examples, takeRows } from "./examples.ts";
import { isSource, type Source } from "./source.ts";

/** What changes a batch of pictures, as `augment.augmenter` does. */
export interface PictureChange {
  /** `[N, H, W, C] → [N, H′, W′, C]` */
  apply(batch: { readonly images: Tensor }): Promise<{ readonly images: Tensor }>;
}

/** Which examples are shown, and how. */
export interface PreviewOptions extends Omit<ContactSheetOptions, "labels"> {
  /** How many examples are shown, evenly spread over all. Default: 24. */
  readonly count?: number;
  /** The numbers of the examples that are shown, from 0, instead of `count`. */
  readonly rows?: readonly number[];
  /**
   * What the pictures go through first, such as `augment.augmenter(augment.policy("standard"))`: the sheet shows them as
   * the network sees them in training. Default: nothing.
   */
  readonly through?: PictureChange;
  /** Texts below the pictures; false for none. Default: the names of their classes, or their numbers. */
  readonly labels?: readonly string[] | false;
}

const known: OptionNames<PreviewOptions> = {
  count: true,
  rows: true,
  through: true,
  labels: true,
  columns: true,
  tile: true,
  gap: true,
  background: true,
  valueRange: true,
};

/** Examples that can be shown. */
export type Previewable =
  | string
  | Examples
  | (Source & { readonly classNames?: readonly string[] });

/** Pictures with the texts that belong to them. */
interface Shown {
  /** `[N, H, W, C]`, or `[H, W, C]` of any sizes. */
  readonly pictures: Tensor<Pixels> | readonly Tensor<Pixels>[];
  readonly names?: readonly string[];
}

const expected = "examples { x, y }, a source such as photos.train, or the path of a folder";

/**
 * A contact sheet of examples with the names of their classes, `u8 [P, Q, 3]`: of arrays, of a source such as a part of
 * `data.imageFolder`, or of a folder of pictures, of which only those that are shown are read.
 *
 * @throws DataError where there are no pictures, ShapeError where examples are none, ConfigError where an option cannot
 * be used, FormatError where there is no such folder.
 * @example
 * const sheet = await data.preview(photos.train, { through: augment.augmenter(augment.policy("standard")) });
 * await writeFile("sheet.png", await encodeImage(sheet, "png"));
 */
export async function preview(
  examples: Previewable,
  options: PreviewOptions = {},
): Promise<Tensor<Uint8Array>> {
  requireKnownOptions("data.preview", options, known, "photos.train, { count: 24 }");
  const { count = 24, rows, through, labels, ...sheet } = options;
  requireWhole("count", count);
  if (rows !== undefined) {
    const areRows = Array.isArray(rows) && rows.length > 0 && rows.every((row) => isWhole(row, 0));
    requireOption("rows", rows, areRows, "a list of whole numbers from 0");
  }
  if (through !== undefined) {
    const isChange = typeof (through as Partial<PictureChange> | null)?.apply === "function";
    requireOption("through", through, isChange, 'an augmenter, or another record with "apply"');
  }
  const { contactSheet } = await import("../images/contact-sheet.ts");
  const { pictures, names } = await shownOf(examples, options);
  const seen = through === undefined ? pictures : await changed(pictures, through);
  const texts = labels ?? names ?? false;
  return contactSheet(seen, { ...sheet, ...(texts !== false && { labels: texts }) });
}

async function shownOf(examples: Previewable, options: PreviewOptions): Promise<Shown> {
  if (typeof examples === "string") {
    const { picturesOfFolder } = await import("./image-folder/preview-folder.ts");
    const { tile, background, through, rows } = options;
    return picturesOfFolder(examples, {
      rowsOf: (total) => chosenRows(options, total),
      areGiven: rows !== undefined,
      isBatch: through !== undefined,
      ...(tile && { tile }),
      ...(background && { background }),
    });
  }
  if (isSource(examples)) {
    const { x, y } = await examples.read(Int32Array.from(chosenRows(options, examples.count)));
    return { pictures: picturesIn(x), ...namesIn(y, examples.classNames) };
  }
  requireRecord("data.preview: The examples cannot be used.", examples, ["x"], expected);
  const rows = chosenRows(options, examples.x.shape[0]);
  const { y } = examples;
  const targets = y === undefined ? undefined : takeRows(y, rows);
  return {
    pictures: picturesIn(takeRows(examples.x, rows)),
    ...namesIn(targets, examples.classNames),
  };
}

/** The rows that are asked for, else some that are evenly spread over `total`. */
function chosenRows({ count = 24, rows }: PreviewOptions, total: number): readonly number[] {
  if (rows !== undefined) {
    const areThere = rows.every((row) => row < total);
    requireOption("rows", rows, areThere, `numbers below ${total}, for there are so many examples`);
    return rows;
  }
  const most = Math.min(count, total);
  const step = Number.isFinite(total) ? total / most : 1;
  return Array.from({ length: most }, (_, i) => Math.floor(i * step));
}

/** @throws DataError unless inputs are one batch of pictures. */
function picturesIn(x: unknown): Tensor<Pixels> {
  const isBatch = isTensor(x) && x.shape.length === 4;
  if (isBatch) return x as Tensor<Pixels>;
  throw new DataError({
    what: "data.preview: The examples are no pictures.",
    expected: "one input, [N, H, W, C]",
    received: isTensor(x) ? formatShape(x.shape) : outlineOf(x),
  });
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && "data" in value && "shape" in value;

/** What targets mean in words: the class, or the classes whose mark is set; nothing where they are neither. */
function namesIn(y: unknown, classNames: readonly string[] = []): Pick<Shown, "names"> {
  if (!isTensor(y) || y.shape.length > 2) return {};
  const [count, width = 1] = y.shape;
  const nameOf = (number: number) => classNames[number] ?? String(Number(number.toPrecision(4)));
  const row = (i: number) => Array.from(y.data.slice(i * width, (i + 1) * width), Number);
  const nameOfRow = (values: readonly number[]) => {
    if (width === 1) return nameOf(values[0]);
    const marked = [...values.keys()].filter((i) => values[i] > 0.5);
    return marked.length === 0 ? "none" : marked.map(nameOf).join(", ");
  };
  return { names: Array.from({ length: count }, (_, i) => nameOfRow(row(i))) };
}

/** @throws DataError unless pictures have one size. */
async function changed(
  pictures: Shown["pictures"],
  through: PictureChange,
): Promise<Tensor<Pixels>> {
  const images = Array.isArray(pictures) ? stacked(pictures) : (pictures as Tensor<Pixels>);
  const { images: seen } = await through.apply({ images });
  return seen as Tensor<Pixels>;
}

function stacked(pictures: readonly Tensor<Pixels>[]): Tensor<Pixels> {
  const [{ shape }] = pictures;
  const data = new Float32Array(pictures.length * sizeOf(shape));
  pictures.forEach((one, i) => {
    data.set(one.data, i * sizeOf(shape));
  });
  return { data, shape: [pictures.length, ...shape] };
}
