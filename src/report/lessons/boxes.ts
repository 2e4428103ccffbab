// Parts of a lesson's figure that know their size, set beside and below each other so that nothing overlaps. Knows no
// lesson.

import type { Tensor } from "../../core/tensor.ts";
import type { Rows } from "../../explain/lessons/planes.ts";
import type { Pixels } from "../../images/image-batch.ts";
import { resize } from "../../images/resize.ts";
import { figure, type TextStyle, textAt, tint } from "../figure.ts";
import { shorten } from "../markup.ts";
import { light } from "../palette.ts";
import { pngDataUri } from "../picture.ts";

/** A part with a size; `draw` gives its SVG with the upper left corner at (x, y). */
export interface Box {
  readonly width: number;
  readonly height: number;
  draw(x: number, y: number): string;
}

const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Boxes from left to right, each in the middle of the row or at its `top`. */
export function beside(boxes: readonly Box[], gap = 16, align: "middle" | "top" = "middle"): Box {
  const height = most(boxes.map((box) => box.height));
  const width = total(boxes.map((box) => box.width)) + gap * Math.max(0, boxes.length - 1);
  return {
    width,
    height,
    draw(x, y) {
      let at = x;
      return boxes
        .map((box) => {
          const down = align === "top" ? 0 : (height - box.height) / 2;
          const drawn = box.draw(at, y + down);
          at += box.width + gap;
          return drawn;
        })
        .join("");
    },
  };
}

/** Boxes from top to bottom, at the left or in the middle of the column. */
export function below(boxes: readonly Box[], gap = 12, align: "left" | "middle" = "left"): Box {
  const width = most(boxes.map((box) => box.width));
  const height = total(boxes.map((box) => box.height)) + gap * Math.max(0, boxes.length - 1);
  return {
    width,
    height,
    draw(x, y) {
      let at = y;
      return boxes
        .map((box) => {
          const across = align === "left" ? 0 : (width - box.width) / 2;
          const drawn = box.draw(x + across, at);
          at += box.height + gap;
          return drawn;
        })
        .join("");
    },
  };
}

/** Boxes in rows of `columns`, all columns as wide as the widest box. */
export function inRows(boxes: readonly Box[], columns: number, gap = 20): Box {
  const width = most(boxes.map((box) => box.width));
  const wide = boxes.map((box): Box => ({ ...box, width }));
  const rows = Array.from({ length: Math.ceil(boxes.length / columns) }, (_, row) =>
    beside(wide.slice(row * columns, (row + 1) * columns), gap, "top"),
  );
  return below(rows, gap);
}

/** A guess at a letter's width that is rather too wide: the reader's font is not known. */
const letterWidth = ({ size = 12, bold = false }: TextStyle) => size * (bold ? 0.62 : 0.57);

/** The width of a line, by the same guess. */
export const widthOfText = (text: string, style: TextStyle = {}): number =>
  Math.ceil([...text].length * letterWidth(style));

/** A line of text. */
export function line(text: string, style: TextStyle = {}): Box {
  const { size = 12 } = style;
  return {
    width: widthOfText(text, style),
    height: Math.ceil(size * 1.4),
    draw: (x, y) => textAt(round(x), round(y + size * 1.05), text, style),
  };
}

/** A line that is cut to a width. */
export function cutLine(text: string, width: number, style: TextStyle = {}): Box {
  const longest = Math.max(4, Math.floor(width / letterWidth(style)));
  return line(shorten(text, longest), style);
}

/** Text in lines of at most `width`, broken between words; a word that is longer is cut. */
export function paragraph(text: string, width: number, style: TextStyle = {}): Box {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && widthOfText(`${last} ${word}`, style) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return below(
    lines.map((one) => cutLine(one, width, style)),
    0,
  );
}

/** A word between two grids, such as `×`. */
export const sign = (text: string): Box => line(text, { size: 20 });

/** How an array is drawn. */
export interface GridOptions {
  /** The side of a cell. Default: as large as its numbers need, 34 at least. */
  readonly cell?: number;
  /** Cells in a frame: the first row and column, and how many. */
  readonly frame?: Frame;
  /** Cells that stand back, such as padding. */
  readonly isMuted?: (row: number, column: number) => boolean;
  /** How numbers are written. Default: as short as possible. */
  readonly text?: (value: number) => string;
  /** The number with the strongest colour. Default: the largest of the array. */
  readonly strongest?: number;
}

interface Frame {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** A number as short as a cell needs it: `3`, `−0.25`, `1.2e5`. */
export function cellText(value: number): string {
  const short = Number.isInteger(value)
    ? value
    : Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3));
  const size = Math.abs(short);
  const isLong = size !== 0 && (size >= 1e5 || size < 1e-3);
  const text = isLong ? short.toExponential(1).replace("e+", "e") : String(short);
  return text.replaceAll("-", "−");
}

/** A weight as a fraction where it is one of ninths or sixteenths: `1/9`. */
export function fractionText(value: number): string {
  if (Number.isInteger(value)) return cellText(value);
  for (const parts of [9, 16]) {
    const count = Math.round(value * parts);
    if (Math.abs(value * parts - count) < 1e-9) return `${count}/${parts}`.replace("-", "−");
  }
  return cellText(value);
}

/** An array with its numbers: blue where they are above 0, vermilion below. */
export function numberGrid(rows: Rows, options: GridOptions = {}): Box {
  const texts = rows.map((row) => row.map(options.text ?? cellText));
  const longest = most(texts.flat().map((text) => text.length));
  const cell = options.cell ?? Math.max(34, 14 + longest * 8);
  const { frame, isMuted = () => false } = options;
  const strongest = options.strongest ?? most(rows.flat().map(Math.abs));
  const [height, width] = [rows.length * cell, rows[0].length * cell];
  return {
    width,
    height,
    draw(x, y) {
      const cells = rows.flatMap((row, r) =>
        row.map((value, c) => {
          const [left, top] = [x + c * cell, y + r * cell];
          const muted = isMuted(r, c);
          const number =
            `<text x="${round(left + cell / 2)}" y="${round(top + cell / 2 + 4.5)}" text-anchor="middle"` +
            ` font-size="13"${muted ? ` fill="${light.muted}" class="${tint.muted.fill}"` : ""}>` +
            `${texts[r][c]}</text>\n`;
          return colouredCell(left, top, cell, value, strongest) + number;
        }),
      );
      const framed = frame === undefined ? "" : frameAt(x, y, cell, frame);
      return cells.join("") + framed;
    },
  };
}

function colouredCell(x: number, y: number, cell: number, value: number, strongest: number) {
  const place = `x="${round(x)}" y="${round(y)}" width="${cell}" height="${cell}"`;
  const share = strongest > 0 ? Math.min(1, Math.abs(value) / strongest) : 0;
  const colour = value < 0 ? "vermilion" : "blue";
  const fill =
    share === 0
      ? 'fill="none"'
      : `fill="${light[colour]}" class="${tint[colour].fill}" fill-opacity="${round(share * 0.42, 3)}"`;
  return `<rect ${place} ${fill} stroke="currentColor" stroke-opacity="0.25"/>\n`;
}

function frameAt(x: number, y: number, cell: number, { row, column, rows, columns }: Frame) {
  const place = `x="${round(x + column * cell)}" y="${round(y + row * cell)}"`;
  const size = `width="${columns * cell}" height="${rows * cell}"`;
  const stroke = `stroke="${light.vermilion}" class="${tint.vermilion.stroke}" stroke-width="3"`;
  return `<rect ${place} ${size} rx="2" fill="none" ${stroke}/>\n`;
}

/** A picture u8 `[H, W, C]` in a square of `side`: small ones keep their pixels sharp. */
export function picture(image: Tensor<Uint8Array>, side: number): Box {
  const [height, width] = image.shape;
  const largest = Math.max(height, width);
  const fits = (pixels: number) => Math.max(1, Math.round((pixels * side) / largest));
  const shown = [fits(height), fits(width)] as const;
  return {
    width: shown[1],
    height: shown[0],
    draw(x, y) {
      const place = `x="${round(x)}" y="${round(y)}" width="${shown[1]}" height="${shown[0]}"`;
      return `<image ${place} href="${pngDataUri(sized(image, largest, side))}"/>\n`;
    },
  };
}

/** Twice as many pixels as are shown, so that sharp screens show them all. */
function sized(image: Tensor<Uint8Array>, largest: number, side: number): Tensor<Uint8Array> {
  const [height, width] = image.shape;
  if (largest > 2 * side) {
    const share = (2 * side) / largest;
    const size = [Math.max(1, Math.round(height * share)), Math.max(1, Math.round(width * share))];
    return resize(image, { size: size as [number, number] });
  }
  const factor = Math.floor((2 * side) / largest);
  if (factor <= 1) return image;
  return resize(image, { size: [height * factor, width * factor], interpolation: "nearest" });
}

/** A box with a heading above it. */
export function titled(title: string, box: Box, note?: string): Box {
  const notes = note === undefined ? [] : [line(note, { muted: true })];
  return below([line(title, { bold: true }), ...notes, box], 4);
}

const margin = 24;

/** A whole figure: title, a paragraph, and what is shown. `label` is for those who cannot see it. */
export function page(options: {
  readonly title: string;
  readonly text: string;
  readonly label: string;
  readonly body: Box;
}): string {
  const { title, text, label, body } = options;
  const width = Math.max(body.width, 420);
  const heading = line(title, { bold: true, size: 18 });
  const all = below([below([heading, paragraph(text, width, { muted: true })], 4), body], 20);
  return figure({
    width: Math.ceil(Math.max(all.width, width) + 2 * margin),
    height: Math.ceil(all.height + 2 * margin),
    label,
    parts: [all.draw(margin, margin)],
  });
}

function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** Pixels of any kind as bytes. */
export const asBytes = ({ data, shape }: Tensor<Pixels>): Tensor<Uint8Array> => ({
  data: data instanceof Uint8Array ? data : new Uint8Array(Uint8ClampedArray.from(data).buffer),
  shape,
});
