// A sheet of pictures, each with its caption. Knows nothing of what they show.

import { ConfigError } from "../../core/errors.ts";
import { requireWhole } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { KernelResult } from "../../explain/lessons/kernels.ts";
import type { Kernel } from "../../images/filter.ts";
import {
  type Box,
  below,
  beside,
  cutLine,
  fractionText,
  inRows,
  numberGrid,
  page,
  paragraph,
  picture,
  titled,
} from "./boxes.ts";

/** A picture of a sheet. */
export interface SheetPicture {
  /** u8 `[H, W, 1]` or `[H, W, 3]`. */
  readonly picture: Tensor<Uint8Array>;
  /** A few words below it. */
  readonly caption: string;
  /** More text below that, smaller: each begins a line, and long ones are broken between words. */
  readonly notes?: readonly string[];
  /** Weights to be shown beside it. */
  readonly weights?: Kernel;
}

/** A sheet's text and size. */
export interface SheetOptions {
  readonly title: string;
  /** What there is to see, in a sentence or two. */
  readonly text: string;
  /** The larger side of a picture, in pixels. Default: 150. */
  readonly side?: number;
  /** Pictures in a row. Default: as many as fit 900 pixels. */
  readonly columns?: number;
}

const pageWidth = 900;
const gap = 20;

/**
 * Pictures with captions as an SVG file.
 *
 * @throws ConfigError where there is no picture.
 * @example await writeFile("sheet.svg", sheetSvg([{ picture, caption: "cat" }], { title: "Pets", text: "Two cats." }));
 */
export function sheetSvg(pictures: readonly SheetPicture[], options: SheetOptions): string {
  const { title, text, side = 150 } = options;
  if (pictures.length === 0) {
    throw new ConfigError({
      what: `The sheet "${title}" has no pictures.`,
      expected: "at least one picture",
      received: "none",
    });
  }
  const tiles = pictures.map((one) => tile(one, side));
  const width = Math.max(...tiles.map((box) => box.width));
  const fitting = Math.max(1, Math.floor((pageWidth + gap) / (width + gap)));
  const { columns = Math.min(fitting, pictures.length) } = options;
  requireWhole("columns", columns);
  return page({
    title,
    text,
    label: `${title}: ${pictures.map(({ caption }) => caption).join(", ")}`,
    body: inRows(tiles, columns, gap),
  });
}

function tile({ picture: image, caption, notes = [], weights }: SheetPicture, side: number): Box {
  const shown = picture(image, side);
  const numbers =
    weights === undefined ? [] : [numberGrid(weights, { cell: 40, text: fractionText })];
  const top = beside([shown, ...numbers], 12);
  const width = Math.max(top.width, side);
  const lines = notes.map((note) => paragraph(note, width, { muted: true, size: 11 }));
  const box = below([top, below([cutLine(caption, width, { bold: true }), ...lines], 1)], 6);
  return { ...box, width };
}

/**
 * A picture after each of the named kernels, with their weights, as an SVG file.
 *
 * @example await writeFile("kernels.svg", kernelsSvg(explain.kernelResults(photo), photo));
 */
export function kernelsSvg(results: readonly KernelResult[], original: Tensor<Uint8Array>): string {
  const side = 190;
  const tiles = results.map(({ title, meaning, picture: image, weights }) =>
    tile({ picture: image, caption: title, notes: [meaning], weights }, side),
  );
  return page({
    title: "Kernels and what they find",
    text:
      "Each picture is the one above after a convolution with the weights beside it. Edges have both signs: grey is 0, " +
      "white above it, black below. A convolutional network learns such weights instead of being given them.",
    label: `A picture, and what ${results.map(({ title }) => title).join(", ")} make of it`,
    body: below([titled("Original", picture(original, side)), inRows(tiles, 3, 24)], 20),
  });
}
