// A picture that is drawn on. What lies outside of it is cut off.

import { DataError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { requireNumbers, type Tensor } from "../../core/tensor.ts";
import { type Color, white, withChannels } from "../../images/channels.ts";
import { eachPixel, letterSize } from "./letters.ts";

/** Left and top edge, and those that do not belong to it any more. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A copy of a picture in colours. */
export class Canvas {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;

  /** @throws ShapeError where it is no `u8 [H, W, 1, 3 or 4]`; `call` is what was called. */
  constructor(call: string, image: Tensor) {
    requireNumbers(image?.data, `${call}: the picture`);
    const { data, shape } = image;
    if (shape.length !== 3 || ![1, 3, 4].includes(shape[2])) {
      throw new ShapeError({
        what: `${call}: This is no picture.`,
        expected: "[H, W, C] with 1, 3 or 4 channels",
        received: formatShape(shape),
      });
    }
    if (!(data instanceof Uint8Array)) {
      throw new DataError({
        what: `${call}: The picture does not consist of bytes.`,
        expected: "a Uint8Array, 0 to 255",
        received: `a ${data.constructor.name}`,
        fix: "Convert it: images.rescale(picture, { scale: 255 }), then Uint8Array.from(data)",
      });
    }
    [this.height, this.width] = shape;
    const colours = withChannels({ data, shape }, 3, white).data;
    this.data = colours === data ? colours.slice() : colours;
  }

  /** `u8 [H, W, 3]` */
  get picture(): Tensor<Uint8Array> {
    return { data: this.data, shape: [this.height, this.width, 3] };
  }

  /** Lays a colour over pixel `i`, counted row by row, from 0 (not seen) to 1 (nothing else seen). */
  blend(i: number, color: Color, opacity: number): void {
    for (let c = 0; c < 3; c++) {
      const own = this.data[3 * i + c];
      this.data[3 * i + c] = Math.round(own + (color[c] - own) * opacity);
    }
  }

  fill({ left, top, right, bottom }: Rectangle, color: Color): void {
    const [firstX, lastX] = [Math.max(0, left), Math.min(this.width, right)];
    for (let y = Math.max(0, top); y < Math.min(this.height, bottom); y++) {
      for (let x = firstX; x < lastX; x++) this.data.set(color, 3 * (y * this.width + x));
    }
  }

  /** A frame of `thickness` pixels, inwards; with `dash`, in pieces of that many pixels. */
  frame(box: Rectangle, thickness: number, color: Color, dash = Number.POSITIVE_INFINITY): void {
    const { left, top, right, bottom } = box;
    const wide = Math.min(thickness, right - left);
    const high = Math.min(thickness, bottom - top);
    const pieces = (from: number, to: number, draw: (from: number, to: number) => void) => {
      for (let at = from; at < to; at += 2 * dash) draw(at, Math.min(at + dash, to));
    };
    const first = (edge: number) => Math.max(-2 * thickness, edge);
    pieces(first(left), Math.min(right, this.width), (from, to) => {
      this.fill({ left: from, right: to, top, bottom: top + high }, color);
      this.fill({ left: from, right: to, top: bottom - high, bottom }, color);
    });
    pieces(first(top), Math.min(bottom, this.height), (from, to) => {
      this.fill({ top: from, bottom: to, left, right: left + wide }, color);
      this.fill({ top: from, bottom: to, left: right - wide, right }, color);
    });
  }

  /** Letters of `scale` times five by seven pixels, their upper left corner at `left`, `top`. */
  text(text: string, left: number, top: number, scale: number, color: Color): void {
    [...text].forEach((letter, i) => {
      const start = left + i * letterSize.advance * scale;
      eachPixel(letter, (x, y) => {
        const [pixelLeft, pixelTop] = [start + x * scale, top + y * scale];
        this.fill(
          {
            left: pixelLeft,
            top: pixelTop,
            right: pixelLeft + scale,
            bottom: pixelTop + scale,
          },
          color,
        );
      });
    });
  }
}
