// Where a unit of a network looks, as a picture: its window and pixels, the measured field, and every layer's numbers.

import type { Tensor } from "../../core/tensor.ts";
import { colorsOf } from "../../explain/colors.ts";
import type {
  EffectiveField,
  LayerField,
  UnitField,
} from "../../explain/lessons/receptive-field.ts";
import { tint } from "../figure.ts";
import { light } from "../palette.ts";
import { type Box, below, beside, cutLine, line, page, picture, titled } from "./boxes.ts";

const side = 300;

/** Rows of a table that a figure has room for: the first and the last of more. */
const mostRows = 24;

/**
 * The receptive field of a unit as an SVG file: by theory, and beside it as gradients measure it where `effective` is given;
 * below, the fields of all layers.
 *
 * @example
 * const field = explain.receptiveField(model, { layer: "conv2d_2" });
 * const effective = await explain.effectiveField(model, { layer: "conv2d_2" });
 * await writeFile("field.svg", receptiveFieldSvg(field, explain.receptiveFields(model), effective));
 */
export function receptiveFieldSvg(
  field: UnitField,
  layers: readonly LayerField[],
  effective?: EffectiveField,
): string {
  const { layer, unit, window, size } = field;
  const [height, width] = field.support.shape;
  const seen = field.support.data.reduce((sum, one) => sum + one, 0);
  const theory = titled(
    "By theory",
    theoryBox(field),
    `rows ${window.top} to ${window.bottom - 1}, columns ${window.left} to ${window.right - 1}: ` +
      `${seen} of ${height * width} pixels`,
  );
  const measured =
    effective === undefined
      ? []
      : [
          titled(
            "As gradients measure it",
            picture(heat(effective.map), side),
            `${Math.round(100 * effective.share)} % lies on ${Math.round(effective.side ** 2)} pixels, ` +
              `as many as ${effective.side.toFixed(1)} × ${effective.side.toFixed(1)}`,
          ),
        ];
  const pictures = beside([theory, ...measured], 40, "top");
  return page({
    title: "Receptive field",
    text:
      `The unit in row ${unit[0]}, column ${unit[1]} of "${layer}" depends on the blue pixels of the input and on no others. ` +
      "The frame is its window with the padding. Bright pixels on the right count more: paths through the network are " +
      "many in the middle and few at the rim.",
    label: `The unit ${unit.join(", ")} of ${layer} sees ${size.join(" by ")} pixels of an image of ${height} by ${width}`,
    body: below([pictures, table(layers, layer)], 26),
  });
}

/** The input with the unit's pixels in blue, its window around them, and room for padding. */
function theoryBox({ support, window }: UnitField): Box {
  const [height, width] = support.shape;
  const outside = Math.max(
    0,
    -window.top,
    -window.left,
    window.bottom - height,
    window.right - width,
  );
  // Where the window is far larger than the image, the frame ends a little past the border.
  const room = Math.min(outside, Math.ceil(Math.max(height, width) / 4));
  const pixel = side / (Math.max(height, width) + 2 * room);
  const inside = (at: number, length: number) => Math.min(Math.max(at, -room), length + room);
  return {
    width: (width + 2 * room) * pixel,
    height: (height + 2 * room) * pixel,
    draw(x, y) {
      const [left, top] = [x + room * pixel, y + room * pixel];
      const rect = (from: readonly number[], rest: string) => {
        const [at, down, wide, high] = from.map((value) => Math.round(value * 100) / 100);
        return `<rect x="${at}" y="${down}" width="${wide}" height="${high}" ${rest}/>\n`;
      };
      const spans = spansOf(support).map(([row, first, count]) =>
        rect(
          [left + first * pixel, top + row * pixel, count * pixel, pixel],
          `fill="${light.blue}" class="${tint.blue.fill}" fill-opacity="0.75" shape-rendering="crispEdges"`,
        ),
      );
      const [x0, x1] = [inside(window.left, width), inside(window.right, width)];
      const [y0, y1] = [inside(window.top, height), inside(window.bottom, height)];
      const image = rect(
        [left, top, width * pixel, height * pixel],
        'fill="currentColor" fill-opacity="0.08"',
      );
      const frame = rect(
        [left + x0 * pixel, top + y0 * pixel, (x1 - x0) * pixel, (y1 - y0) * pixel],
        `fill="none" stroke="${light.vermilion}" class="${tint.vermilion.stroke}" stroke-width="2.5"`,
      );
      return image + spans.join("") + frame;
    },
  };
}

/** Marked pixels that lie side by side: row, first column, how many. */
function spansOf({ data, shape }: Tensor<Uint8Array>): (readonly [number, number, number])[] {
  const [height, width] = shape;
  const spans: [number, number, number][] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (data[row * width + column] === 0) continue;
      const last = spans[spans.length - 1];
      if (last?.[0] === row && last[1] + last[2] === column) last[2]++;
      else spans.push([row, column, 1]);
    }
  }
  return spans;
}

function heat({ data, shape }: Tensor<Float32Array>): Tensor<Uint8Array> {
  const colors = colorsOf("inferno");
  const bytes = new Uint8Array(data.length * 3);
  data.forEach((value, i) => {
    const at = 3 * Math.round(255 * Math.sqrt(value));
    bytes.set(colors.subarray(at, at + 3), 3 * i);
  });
  return { data: bytes, shape: [...shape, 3] };
}

const pair = ([rows, columns]: readonly [number, number]) => {
  const short = (value: number) => String(Math.round(value * 100) / 100).replace("-", "−");
  return rows === columns ? short(rows) : `${short(rows)} × ${short(columns)}`;
};

function table(layers: readonly LayerField[], chosen: string): Box {
  const isLong = layers.length > mostRows;
  const shown = isLong
    ? layers.filter(({ layer }, i) => i < 8 || i >= layers.length - 12 || layer === chosen)
    : layers;
  const columns: readonly (readonly [string, number, (field: LayerField) => string])[] = [
    ["layer", 230, ({ layer }) => layer],
    ["result", 110, ({ outputShape }) => outputShape.join(" × ")],
    ["sees", 90, ({ size }) => pair(size)],
    ["stride", 90, ({ stride }) => pair(stride)],
    ["begins at", 90, ({ offset }) => pair(offset)],
  ];
  const row = (texts: readonly string[], style: { bold?: boolean; muted?: boolean }): Box =>
    beside(
      texts.map((text, i) => ({ ...cutLine(text, columns[i][1], style), width: columns[i][1] })),
      8,
    );
  return below(
    [
      row(
        columns.map(([title]) => title),
        { muted: true },
      ),
      ...shown.map((field) =>
        row(
          columns.map(([, , text]) => text(field)),
          { bold: field.layer === chosen },
        ),
      ),
      ...(isLong
        ? [line(`${layers.length - shown.length} layers are left out.`, { muted: true })]
        : []),
    ],
    3,
  );
}
