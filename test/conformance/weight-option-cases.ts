// What conformance knows of every initializer, regularizer and constraint: Keras's defaults, other
// options, and what is refused.

import type { ConstraintName } from "../../src/nn/constraints/index.ts";
import type { InitializerName } from "../../src/nn/initializers/index.ts";
import type { RegularizerName } from "../../src/nn/regularizers/index.ts";

export interface Case {
  /** All options where none is given, as in Keras. */
  readonly defaults: object;
  /** Others than the defaults. */
  readonly other?: object;
  readonly refused: readonly { readonly options: object; readonly names: string }[];
}

const notFinite = (...names: string[]) =>
  names.map((name) => ({ options: { [name]: Number.NaN }, names: name }));
const negative = (...names: string[]) =>
  names.map((name) => ({ options: { [name]: -1 }, names: name }));

export const initializerCases = {
  constant: { defaults: { value: 0 }, other: { value: 0.5 }, refused: notFinite("value") },
  glorotNormal: { defaults: {}, refused: [] },
  glorotUniform: { defaults: {}, refused: [] },
  heNormal: { defaults: {}, refused: [] },
  heUniform: { defaults: {}, refused: [] },
  identity: { defaults: { gain: 1 }, other: { gain: 2 }, refused: notFinite("gain") },
  lecunNormal: { defaults: {}, refused: [] },
  lecunUniform: { defaults: {}, refused: [] },
  ones: { defaults: {}, refused: [] },
  orthogonal: { defaults: { gain: 1 }, other: { gain: 2 }, refused: notFinite("gain") },
  randomNormal: {
    defaults: { mean: 0, stddev: 0.05 },
    other: { mean: 1, stddev: 0.5 },
    refused: [...notFinite("mean"), ...negative("stddev")],
  },
  randomUniform: {
    defaults: { minimum: -0.05, maximum: 0.05 },
    other: { minimum: 1, maximum: 2 },
    refused: [
      ...notFinite("minimum", "maximum"),
      { options: { minimum: 1 }, names: "minimum and maximum" },
    ],
  },
  truncatedNormal: {
    defaults: { mean: 0, stddev: 0.05 },
    other: { mean: 1, stddev: 0.5 },
    refused: [...notFinite("mean"), ...negative("stddev")],
  },
  varianceScaling: {
    defaults: { scale: 1, mode: "fanIn", distribution: "truncatedNormal" },
    other: { scale: 2, mode: "fanAverage", distribution: "uniform" },
    refused: [
      { options: { scale: 0 }, names: "scale" },
      { options: { mode: "fan_in" }, names: "mode" },
      { options: { distribution: "toString" }, names: "distribution" },
    ],
  },
  zeros: { defaults: {}, refused: [] },
} satisfies Record<InitializerName, Case>;

export const regularizerCases = {
  l1: { defaults: { l1: 0.01 }, other: { l1: 0.5 }, refused: negative("l1") },
  l1L2: {
    defaults: { l1: 0, l2: 0 },
    other: { l1: 0.5, l2: 0.25 },
    refused: negative("l1", "l2"),
  },
  l2: { defaults: { l2: 0.01 }, other: { l2: 0.5 }, refused: notFinite("l2") },
  orthogonal: {
    defaults: { factor: 0.01, mode: "rows" },
    other: { factor: 0.5, mode: "columns" },
    refused: [...negative("factor"), { options: { mode: "diagonal" }, names: "mode" }],
  },
} satisfies Record<RegularizerName, Case>;

const badAxes = [
  { options: { axis: 0.5 }, names: "axis" },
  { options: { axis: [] }, names: "axis" },
];

export const constraintCases = {
  maxNorm: {
    defaults: { maxValue: 2, axis: 0 },
    other: { maxValue: 0.5, axis: [0, 1] },
    refused: [...negative("maxValue"), ...badAxes],
  },
  minMaxNorm: {
    defaults: { minValue: 0, maxValue: 1, rate: 1, axis: 0 },
    other: { minValue: 0.5, maxValue: 0.75, rate: 0.5, axis: 1 },
    refused: [...negative("minValue", "maxValue", "rate"), ...badAxes],
  },
  nonNeg: { defaults: {}, refused: [] },
  unitNorm: { defaults: { axis: 0 }, other: { axis: 1 }, refused: badAxes },
} satisfies Record<ConstraintName, Case>;
