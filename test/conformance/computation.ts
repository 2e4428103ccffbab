// Evaluates computations naively, an element at a time: what an op's `lower` means.

import type { DType } from "../../src/core/dtype.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { type Combine, type Computation, neutral } from "../../src/graph/computation.ts";
import { forEachProduct } from "../../src/graph/ops/convolution.ts";
import { coordinatesOf, evaluateFormula, registerOf } from "./formula.ts";

const combineNumbers = {
  sum: (a: number, b: number) => a + b,
  maximum: (a: number, b: number) => Math.max(a, b),
  minimum: (a: number, b: number) => Math.min(a, b),
} as const satisfies Record<Combine, unknown>;

function argMaximum(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function convolve(
  { pass, geometry, transposedFilter = false }: Extract<Computation, { kind: "convolution" }>,
  [a, b]: readonly Tensor[],
  size: number,
): number[] {
  const result = new Array<number>(size).fill(0);
  const channels = geometry.inputChannels / geometry.groups;
  const filters = geometry.outputChannels;
  forEachProduct(geometry, (image, filter, at) => {
    const tap = Math.floor(filter / (channels * filters));
    const channel = Math.floor(filter / filters) % channels;
    const stored = transposedFilter
      ? (tap * filters + (filter % filters)) * channels + channel
      : filter;
    if (pass === "forward") result[at] += a.data[image] * b.data[stored];
    if (pass === "inputGradient") result[image] += a.data[at] * b.data[stored];
    if (pass === "filterGradient") result[stored] += a.data[image] * b.data[at];
  });
  return result;
}

function poolGradient(
  { mode, images, channels, window }: Extract<Computation, { kind: "poolGradient" }>,
  inputs: readonly Tensor[],
): number[] {
  const [rows, columns] = window;
  const gradient = inputs[inputs.length - 1].data;
  const result = new Array<number>(images * rows.input * columns.input * channels).fill(0);
  let to = 0;
  for (const [n, p, q, c] of coordinatesOf([images, rows.output, columns.output, channels])) {
    const inside: number[] = [];
    for (const [r, s] of coordinatesOf([rows.taps, columns.taps])) {
      const h = p * rows.stride + r * rows.dilation - rows.before;
      const w = q * columns.stride + s * columns.dilation - columns.before;
      if (h < 0 || h >= rows.input || w < 0 || w >= columns.input) continue;
      inside.push(((n * rows.input + h) * columns.input + w) * channels + c);
    }
    const winner = () => inside[argMaximum(inside.map((from) => inputs[0].data[from]))];
    const takers = mode === "average" ? inside : [winner()];
    for (const from of takers) result[from] += gradient[to] / takers.length;
    to++;
  }
  return result;
}

/** Every element of a result of `shape`. */
export function evaluateComputation(
  computation: Computation,
  inputs: readonly Tensor[],
  shape: Shape,
): number[] {
  switch (computation.kind) {
    case "source":
      throw new Error("a source is handed in");
    case "alias":
      return Array.from(inputs[0].data);
    case "map":
      return Array.from(coordinatesOf(shape), (at) =>
        evaluateFormula(computation.body, at, inputs),
      );
    case "reduce": {
      const { body, combine, extents, finish } = computation;
      return Array.from(coordinatesOf(shape), (at) => {
        let joined: number = neutral[combine];
        for (const inner of coordinatesOf(extents)) {
          const value = evaluateFormula(body, [...at, ...inner], inputs);
          joined = combineNumbers[combine](joined, value);
        }
        return finish === undefined ? joined : evaluateFormula(finish, at, inputs, joined);
      });
    }
    case "argMaximum":
      return Array.from(coordinatesOf(shape), (at) => {
        const position = (i: number) => evaluateFormula(computation.body, [...at, i], inputs);
        return argMaximum(Array.from({ length: computation.extent }, (_, i) => position(i)));
      });
    case "convolution":
      return convolve(computation, inputs, sizeOf(shape));
    case "poolGradient":
      return poolGradient(computation, inputs);
  }
}

/** Throws where a formula of `computation` mixes dtypes, or gives another than `output`. */
export function checkRegisters(
  computation: Computation,
  inputs: readonly DType[],
  output: DType,
): void {
  const expectRegister = (received: string, expected: string) => {
    if (received !== expected) throw new Error(`a formula gives ${received}, not ${expected}`);
  };
  const register = output === "f32" ? "f32" : "i32";
  switch (computation.kind) {
    case "map":
      expectRegister(registerOf(computation.body, inputs), register);
      return;
    case "argMaximum":
      expectRegister(registerOf(computation.body, inputs), "f32");
      return;
    case "reduce":
      expectRegister(registerOf(computation.body, inputs), register);
      if (computation.finish === undefined) return;
      expectRegister(registerOf(computation.finish, inputs), register);
  }
}
