// Examples in a device's memory: u8 stays u8, so a data set costs what it costs on disk, and a step picks
// its own rows.

import { bytesPerElement, dtypeOf, holdsFractions, type NumericArray } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { TensorType } from "../graph/op.ts";
import type { Device, DeviceBuffer } from "../machine/device.ts";

/** Rows that lie in a device's memory. */
export interface Resident {
  readonly type: TensorType;
  readonly buffer: DeviceBuffer;
}

/** A place for `rows` rows shaped and typed as those of `like`. */
export function reserveRows(device: Device, like: Tensor, rows: number): Resident {
  const type = { shape: [rows, ...like.shape.slice(1)], dtype: dtypeOf(like.data) };
  const bytes = sizeOf(type.shape) * bytesPerElement[type.dtype];
  return { type, buffer: device.allocate(bytes) };
}

/** Copies rows [from, to) of `source` to the front of `target`. */
export async function fillRows(
  device: Device,
  target: Resident,
  source: Tensor,
  from: number,
  to: number,
): Promise<void> {
  const row = sizeOf(source.shape.slice(1));
  await device.write(target.buffer, source.data.subarray(from * row, to * row));
}

/** @throws DataError unless examples are shaped as the model's input `[…]`; `name` is its name. */
export function checkInputs(x: Tensor, inputShape: Shape, name = "the model's input"): void {
  const row = x.shape.slice(1);
  const fits = x.shape.length === inputShape.length + 1 && sizeOf(row) === sizeOf(inputShape);
  if (!fits || formatShape(row) !== formatShape(inputShape)) {
    throw new DataError({
      what: `The examples do not fit ${name}.`,
      expected: formatShape([null, ...inputShape]),
      received: formatShape(x.shape),
      fix: sameShape(x.shape, inputShape)
        ? `the batch axis is missing: one example has the shape ${formatShape([1, ...inputShape])}`
        : "give the first layer this inputShape, or resize the images",
    });
  }
  if (holdsFractions(x.data)) checkFinite(x.data, sizeOf(row), "The examples hold");
}

/** An input as programs take it: bytes stay bytes, all else becomes f32. */
export function prepareInput({ data, shape }: Tensor): Tensor {
  return dtypeOf(data) === "i32" ? { data: Float32Array.from(data), shape } : { data, shape };
}

/** @throws DataError unless every number is one in f32, which has none of 3.5e38 or more. */
export function checkFinite(data: NumericArray, row: number, what: string): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(Math.fround(data[i]))) continue;
    const isLarge = Number.isFinite(data[i]);
    throw new DataError({
      what: `${what} a value that is ${isLarge ? "too large for f32" : "not a number"}.`,
      expected: isLarge ? "numbers up to 3.4e38" : "finite numbers",
      received: `${data[i]} in example ${Math.floor(i / row)}, element ${i % row}`,
      fix: isLarge ? "scale the examples" : "remove or repair the example",
    });
  }
}
