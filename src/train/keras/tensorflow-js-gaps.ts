// What TensorFlow.js would pass over or compute otherwise without a word. Floor 5. Seen in 4.22, by
// test/golden/tensorflow-js/check.ts; what it refuses to load is not here.

import type { Network } from "../../nn/network.ts";
import { refuse } from "./refuse.ts";

type Options = Readonly<Record<string, unknown>>;

/** Whether TensorFlow.js heeds a value, of a layer whose results have so many dimensions, batch included. */
type IsHeeded = (value: unknown, rank: number) => boolean;

const each =
  (number: number): IsHeeded =>
  (value) =>
    [value].flat().every((one) => one === number);

/** Options by kind, with the values that TensorFlow.js heeds. */
const heeded: Readonly<Record<string, Readonly<Record<string, IsHeeded>>>> = {
  // Along any axis but the last it takes the wrong statistics.
  batchNormalization: { axis: (value, rank) => value === -1 || value === rank - 1 },
  // It takes any axis below 0 for the last.
  concatenate: { axis: (value) => Number(value) >= -1 },
  conv2dTranspose: { dilationRate: each(1), outputPadding: () => false },
  depthwiseConv2d: { dilationRate: each(1) },
  reLU: { negativeSlope: each(0), threshold: each(0) },
  // Its bilinear pixels lie elsewhere.
  upSampling2d: { interpolation: (value) => value === "nearest" },
};

/** Its hard sigmoid is that of Keras 2, x / 5 + 1 / 2. */
const forAll: Readonly<Record<string, IsHeeded>> = {
  activation: (value) => value !== "hardSigmoid",
};

/** The option of a layer that TensorFlow.js does not heed; undefined where there is none. */
export function unheededOption(kind: string, options: object, rank: number): string | undefined {
  const rules = { ...forAll, ...(Object.hasOwn(heeded, kind) ? heeded[kind] : {}) };
  const given = options as Options;
  return Object.keys(rules).find((option) => {
    const value = given[option];
    return value !== undefined && value !== null && !rules[option](value, rank);
  });
}

/** @throws FormatError where a layer of `network` would be another one in TensorFlow.js. */
export function requireHeeded(network: Network): void {
  for (const { layer, path, plan } of network.steps) {
    const option = unheededOption(layer.kind, layer.options, plan.outputShape.length + 1);
    if (option === undefined) continue;
    refuse({
      what: `TensorFlow.js cannot do what the option ${option} of the layer "${path}" asks, and would not say so.`,
      expected: "what TensorFlow.js can do",
      received: (layer.options as Options)[option],
      fix: "Save the model as .keras or .safetensors.",
    });
  }
}
