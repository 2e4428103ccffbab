// Targets as losses take them: checked against the shape of the results and what the loss says of its
// targets, before anything is copied.

import { holdsFractions } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Loss } from "../nn/losses/loss.ts";
import { checkFinite } from "./residency.ts";

/** What a loss says of its targets. */
export type TargetKind = Pick<Loss, "name" | "targets" | "ignoreClass" | "range">;

/**
 * Targets as a loss takes them: class numbers as i32, values as f32 shaped as the results.
 *
 * @throws DataError where they do not fit the results or the loss.
 */
export function prepareTargets(y: Tensor, loss: TargetKind, outputShape: Shape): Tensor {
  if (loss.targets === "classes") return classNumbers(y, loss.ignoreClass, outputShape);
  return values(y, loss, outputShape);
}

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
      fix:
        flattening(y, outputShape) ??
        'use the loss "categoricalCrossentropy" for one row of probabilities an example',
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
      received: `${y.data[wrong]} for ${placeOf(wrong, places)}`,
      fix: "correct the label, or give the last layer more units",
    });
  }
  return { data: Int32Array.from(y.data), shape };
}

/** Where the label with this index is: `example 3`, or `example 3, place 17` of its image. */
function placeOf(index: number, places: Shape): string {
  const size = sizeOf(places);
  const example = `example ${Math.floor(index / size)}`;
  return places.length === 0 ? example : `${example}, place ${index % size}`;
}

/** What to do where each example has one target and the model one result for each place of an image. */
function flattening(y: Tensor, outputShape: Shape): string | undefined {
  const places = outputShape.slice(0, -1);
  const isOneAnExample = y.shape.length <= 2 && y.shape.length <= places.length + 1;
  if (places.length === 0 || !isOneAnExample) return undefined;
  const pooling = `globalAveragePooling${places.length === 1 ? 1 : 2}d`;
  return (
    `the model gives a result for each place of ${formatShape(places)}: add layers.flatten() or ` +
    `layers.${pooling}() before the last layers, for one result an example`
  );
}

function values(y: Tensor, loss: TargetKind, outputShape: Shape): Tensor {
  const shape = [y.shape[0], ...outputShape];
  if (!fitsResults(y.shape, shape)) {
    throw new DataError({
      what: "The targets are not shaped as the model's results.",
      expected: formatShape([null, ...outputShape]),
      received: formatShape(y.shape),
      fix:
        flattening(y, outputShape) ??
        (y.shape.length < shape.length
          ? 'for class numbers use the loss "sparseCategoricalCrossentropy"'
          : "bring the targets into the order of the results, or change the last layers"),
    });
  }
  if (holdsFractions(y.data)) checkFinite(y.data, sizeOf(outputShape), "The targets hold");
  const data = Float32Array.from(y.data);
  checkRange(data, sizeOf(outputShape), loss);
  return { data, shape };
}

/** Whether targets are shaped as the results, but for a last axis of 1, which Keras does not mind. */
function fitsResults(targets: Shape, results: Shape): boolean {
  const bare = (shape: Shape) =>
    shape.length > 1 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape;
  return (
    sameShape(targets, results) ||
    sameShape(targets, bare(results)) ||
    sameShape(bare(targets), results)
  );
}

/** @throws DataError where the loss is not defined for a target. */
function checkRange(
  data: Float32Array,
  row: number,
  { name, range, ignoreClass }: TargetKind,
): void {
  if (range === undefined) return;
  const [low, high] = range;
  const wrong = data.findIndex((value) => (value < low || value > high) && value !== ignoreClass);
  if (wrong < 0) return;
  throw new DataError({
    what: `A target is out of range for the loss "${name}".`,
    expected: `numbers from ${low} to ${high}`,
    received: `${data[wrong]} in example ${Math.floor(wrong / row)}, element ${wrong % row}`,
    fix: "correct or scale the targets, or choose a loss for values, such as meanSquaredError",
  });
}
