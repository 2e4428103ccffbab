// Examples in a device's memory: u8 stays u8, so a data set costs what it costs on disk, and a step
// picks its own rows. Floor 5.

import { bytesPerElement, dtypeOf, type NumericArray } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { TensorType } from "../graph/op.ts";
import type { Device } from "../machine/device.ts";
import type { Loss } from "../nn/losses/loss.ts";

/** Rows that lie in a device's memory. */
export interface Resident {
  readonly type: TensorType;
  readonly address: number;
}

/** A place for `rows` rows shaped and typed as those of `like`. */
export function reserveRows(device: Device, like: Tensor, rows: number): Resident {
  const type = { shape: [rows, ...like.shape.slice(1)], dtype: dtypeOf(like.data) };
  const bytes = sizeOf(type.shape) * bytesPerElement[type.dtype];
  return { type, address: device.allocate(bytes) };
}

/** Copies rows [from, to) of `source` to the front of `target`. */
export function fillRows(
  device: Device,
  target: Resident,
  source: Tensor,
  from: number,
  to: number,
): void {
  const row = sizeOf(source.shape.slice(1));
  const view = device.view(target.type.dtype, target.address, (to - from) * row);
  view.set(source.data.subarray(from * row, to * row));
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
  if (x.data instanceof Float32Array) checkFinite(x.data, sizeOf(row));
}

function checkFinite(data: NumericArray, row: number): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new DataError({
      what: "The examples hold a value that is not a number.",
      expected: "finite numbers",
      received: `${data[i]} in example ${Math.floor(i / row)}, element ${i % row}`,
      fix: "remove or repair the example",
    });
  }
}

/** Answers as a loss takes them: class numbers as i32, values as f32 shaped as the results. */
export function prepareAnswers(y: Tensor, loss: AnswerKind, outputShape: Shape): Tensor {
  return loss.answers === "classes"
    ? classNumbers(y, loss.ignoreClass, outputShape)
    : values(y, outputShape);
}

/** What a loss says of its answers. */
type AnswerKind = Pick<Loss, "answers" | "ignoreClass">;

function classNumbers(y: Tensor, ignored: number | undefined, outputShape: Shape): Tensor {
  const places = outputShape.slice(0, -1);
  const shape = [y.shape[0], ...places];
  const fits = sameShape(y.shape, shape) || sameShape(y.shape, [...shape, 1]);
  const classes = outputShape[outputShape.length - 1];
  if (!fits) {
    throw new DataError({
      what: `This loss takes one class number for each ${places.length === 0 ? "example" : "place"}.`,
      expected: places.length === 0 ? "[N]" : formatShape([null, ...places]),
      received: formatShape(y.shape),
      fix: 'use the loss "categoricalCrossentropy" for one row of probabilities an example',
    });
  }
  const wrong = y.data.findIndex(
    (label: number) =>
      (!Number.isInteger(label) || label < 0 || label >= classes) && label !== ignored,
  );
  if (wrong >= 0) {
    throw new DataError({
      what: "A label is out of range.",
      expected: `whole numbers from 0 to ${classes - 1}: the model gives ${classes} scores`,
      received: `${y.data[wrong]} for example ${wrong}`,
      fix: "correct the label, or give the last layer more units",
    });
  }
  return { data: Int32Array.from(y.data), shape };
}

function values(y: Tensor, outputShape: Shape): Tensor {
  const shape = [y.shape[0], ...outputShape];
  if (sizeOf(shape) !== y.data.length) {
    throw new DataError({
      what: "The answers are not shaped as the model's results.",
      expected: formatShape([null, ...outputShape]),
      received: formatShape(y.shape),
      fix: 'for class numbers use the loss "sparseCategoricalCrossentropy"',
    });
  }
  const data = Float32Array.from(y.data);
  checkFinite(data, sizeOf(outputShape));
  return { data, shape };
}
