// What TensorFlow.js would pass over or compute otherwise without a word. Floor 5. Seen in 4.22, by
// test/golden/tensorflow-js/check.ts; what it refuses to load is not here.

import type { Network } from "../../nn/network.ts";
import { isNetwork } from "../../nn/steps.ts";
import { refuse } from "./refuse.ts";

type Options = Readonly<Record<string, unknown>>;

const each = (number: number) => (value: unknown) => [value].flat().every((one) => one === number);

/** Options by kind, with the values that TensorFlow.js heeds. */
const heeded: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  // It takes any axis below 0 for the last.
  concatenate: { axis: (value) => Number(value) >= -1 },
  conv2dTranspose: { dilationRate: each(1), outputPadding: () => false },
  depthwiseConv2d: { dilationRate: each(1) },
  reLU: { negativeSlope: each(0), threshold: each(0) },
  // Its bilinear pixels lie elsewhere.
  upSampling2d: { interpolation: (value) => value === "nearest" },
};

/** Its hard sigmoid is that of Keras 2, x / 5 + 1 / 2. */
const forAll = { activation: (value: unknown) => value !== "hardSigmoid" };

/** The option of a layer that TensorFlow.js does not heed; undefined where there is none. */
export function unheededOption(kind: string, options: object): string | undefined {
  const rules = { ...forAll, ...(Object.hasOwn(heeded, kind) ? heeded[kind] : {}) };
  const given = options as Options;
  const isUnheeded = (option: keyof typeof rules) =>
    given[option] !== undefined && given[option] !== null && !rules[option](given[option]);
  return (Object.keys(rules) as (keyof typeof rules)[]).find(isUnheeded);
}

/** @throws FormatError where a layer of `network` would be another one in TensorFlow.js. */
export function requireHeeded(network: Network): void {
  for (const { layer, path } of network.owners) {
    if (isNetwork(layer)) continue;
    const option = unheededOption(layer.kind, layer.options);
    if (option === undefined) continue;
    refuse({
      what: `TensorFlow.js cannot do what the option ${option} of the layer "${path}" asks, and would not say so.`,
      expected: "what TensorFlow.js can do",
      received: (layer.options as Options)[option],
      fix: "Save the model as .keras or .safetensors.",
    });
  }
}
