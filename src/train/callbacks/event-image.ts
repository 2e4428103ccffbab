// Tensors as the pictures that event files hold. Knows pixels, not what they show.

import { dtypeOf } from "../../core/dtype.ts";
import { DataError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { EventImage } from "../../formats/event-file.ts";

/** Filters that one picture shows at most; nobody looks at more. */
const mostFilters = 64;

/**
 * An image `[H, W, C]`, C from 1 to 4: u8 from 0 to 255, or f32 from 0 to 1, where what lies
 * outside is cut off.
 *
 * @throws DataError for any other shape.
 */
export async function imageOf({
  data,
  shape,
}: Tensor<Uint8Array | Float32Array>): Promise<EventImage> {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || channels < 1 || channels > 4 || height < 1 || width < 1) {
    throw new DataError({
      what: "A picture for TensorBoard cannot be shown.",
      expected: "[height, width, channels] with 1 to 4 channels",
      received: formatShape(shape),
      fix: "take one image out of its batch, and at most four of its channels",
    });
  }
  const pixels = dtypeOf(data) === "u8" ? Uint8Array.from(data) : Uint8Array.from(data, byteOf);
  const { encode } = await import("fast-png");
  const png = encode({ width, height, channels, data: pixels, depth: 8 });
  return { height, width, channels, png };
}

const byteOf = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));

/**
 * The filters of a convolution `[R, S, C, F]` side by side, a pixel apart: in colour where they see
 * three channels, in grey where they see one; from black, the least weight of all, to white, the
 * largest. Nothing for other weights, which are no pictures.
 */
export async function filterSheet({
  data,
  shape,
}: Tensor<Float32Array>): Promise<EventImage | undefined> {
  const [rows, columns, channels, filters] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) return undefined;
  const shown = Math.min(filters, mostFilters);
  const across = Math.ceil(Math.sqrt(shown));
  const height = Math.ceil(shown / across) * (rows + 1) - 1;
  const width = across * (columns + 1) - 1;
  const least = data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const largest = data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const range = largest - least || 1;
  const sheet = new Float32Array(height * width * channels);
  for (let filter = 0; filter < shown; filter++) {
    const top = Math.floor(filter / across) * (rows + 1);
    const left = (filter % across) * (columns + 1);
    for (let place = 0; place < rows * columns * channels; place++) {
      const [pixel, channel] = [Math.floor(place / channels), place % channels];
      const [row, column] = [top + Math.floor(pixel / columns), left + (pixel % columns)];
      const value = (data[place * filters + filter] - least) / range;
      sheet[(row * width + column) * channels + channel] = value;
    }
  }
  return imageOf({ data: sheet, shape: [height, width, channels] });
}
