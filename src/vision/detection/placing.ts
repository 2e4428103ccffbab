// A picture drawn into a part of an image at another size, and its objects along with it.

import type { Tensor } from "../../core/tensor.ts";

/** A picture with its objects, ready to be drawn. */
export interface Sample {
  /** `[H, W, C]` */
  readonly image: Tensor<Uint8Array>;
  /** Left, top, right and bottom of each object, in pixels of the picture. */
  readonly boxes: Float32Array;
  readonly classes: Int32Array;
  readonly ignored: Uint8Array;
}

/** An image that is drawn into, with the objects that it has by then. */
export interface Canvas {
  /** The bytes of `[height, width, channels]`; what is written is rounded and kept from 0 to 255. */
  readonly pixels: Uint8ClampedArray;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly boxes: number[];
  readonly classes: number[];
  readonly ignored: number[];
}

/** A part of an image, in pixels: from `left` and `top` to before `right` and `bottom`. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where the picture goes along one axis: the image's x is the picture's x · scale + offset. */
export interface Placing {
  /** Below 0 where the picture is mirrored. */
  readonly scale: number;
  readonly offset: number;
}

/** An object of which less than this is left does not count. */
const leastVisible = 0.3;

/** An object of fewer pixels along an axis does not count. */
const leastSide = 2;

/** For each pixel of a line from `from` on: which two pixels of the picture it lies between, and how near the second. */
interface Line {
  readonly from: number;
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float32Array;
}

/** The pixels between `low` and `high` that a picture of `length` pixels covers. */
function lineOf({ scale, offset }: Placing, length: number, low: number, high: number): Line {
  const ends = [offset, offset + scale * length];
  const from = Math.max(low, Math.ceil(Math.min(...ends) - 0.5));
  const to = Math.min(high, Math.ceil(Math.max(...ends) - 0.5));
  const count = Math.max(0, to - from);
  const first = new Int32Array(count);
  const second = new Int32Array(count);
  const share = new Float32Array(count);
  const inside = (at: number) => Math.min(Math.max(at, 0), length - 1);
  for (let i = 0; i < count; i++) {
    const position = (from + i + 0.5 - offset) / scale - 0.5;
    const before = Math.floor(position);
    first[i] = inside(before);
    second[i] = inside(before + 1);
    share[i] = position - before;
  }
  return { from, first, second, share };
}

/**
 * Draws a sample into a region, between pixels by straight lines, and adds its objects. An object that the region cuts
 * off but for a small part is ignored there.
 */
export function place(
  canvas: Canvas,
  { image, boxes, classes, ignored }: Sample,
  region: Region,
  [down, right]: readonly [Placing, Placing],
): void {
  const [height, width, channels] = image.shape;
  const rows = lineOf(down, height, region.top, region.bottom);
  const columns = lineOf(right, width, region.left, region.right);
  const { pixels } = canvas;
  const { data } = image;
  for (let i = 0; i < rows.share.length; i++) {
    const above = rows.first[i] * width * channels;
    const below = rows.second[i] * width * channels;
    const fall = rows.share[i];
    let to = ((rows.from + i) * canvas.width + columns.from) * channels;
    for (let j = 0; j < columns.share.length; j++) {
      const near = columns.first[j] * channels;
      const far = columns.second[j] * channels;
      const share = columns.share[j];
      for (let c = 0; c < channels; c++) {
        const a = data[above + near + c];
        const b = data[below + near + c];
        const high = a + share * (data[above + far + c] - a);
        const low = b + share * (data[below + far + c] - b);
        pixels[to++] = high + fall * (low - high);
      }
    }
  }
  for (let i = 0; i < classes.length; i++) {
    const x = spanOf(boxes[4 * i], boxes[4 * i + 2], right, region.left, region.right);
    const y = spanOf(boxes[4 * i + 1], boxes[4 * i + 3], down, region.top, region.bottom);
    if (!(x.visible > 0 && y.visible > 0)) continue;
    const isSmall = Math.min(x.to - x.from, y.to - y.from) < leastSide;
    const isLeft = x.visible * y.visible >= leastVisible && !isSmall;
    canvas.boxes.push(x.from, y.from, x.to, y.to);
    canvas.classes.push(classes[i]);
    canvas.ignored.push(isLeft ? ignored[i] : 1);
  }
}

/** A span of the picture in the image, cut off at two edges, and the share of it that is left. */
function spanOf(from: number, to: number, { scale, offset }: Placing, low: number, high: number) {
  const [a, b] = [from * scale + offset, to * scale + offset];
  const start = Math.max(low, Math.min(a, b));
  const end = Math.min(high, Math.max(a, b));
  return { from: start, to: end, visible: (end - start) / Math.abs(b - a) };
}
