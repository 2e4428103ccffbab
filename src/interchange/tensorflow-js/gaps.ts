// What TensorFlow.js would pass over or compute otherwise without a word, and is refused; and what it
// cannot open, which is said: others read the file. Seen in 4.22, by test/golden/tensorflow-js/check.ts.

import { isNetwork, type Network } from "../../nn/network.ts";
import { refuse } from "../refuse.ts";

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
  // It has no operations among its layers.
  operation: { operation: () => false },
  resizing: { interpolation: (value) => value === "bilinear" || value === "nearest" },
  relu: { negativeSlope: each(0), threshold: each(0) },
  // It has none.
  spectralNormalization: { layer: () => false },
  // Options of the layer inside are not looked at here.
  timeDistributed: { layer: () => false },
  // Its bilinear pixels lie elsewhere.
  upSampling2d: { interpolation: (value) => value === "nearest" },
};

/** Its hard sigmoid is that of Keras 2, x / 5 + 1 / 2, and it knows activations by name alone. */
const forAll: Readonly<Record<string, IsHeeded>> = {
  activation: (value) => typeof value === "string" && value !== "hardSigmoid",
};

/** The option of a layer that TensorFlow.js does not heed; undefined where there is none. */
export function unheededOption(kind: string, options: object, rank: number): string | undefined {
  return brokenRule(
    { ...forAll, ...(Object.hasOwn(heeded, kind) ? heeded[kind] : {}) },
    options,
    rank,
  );
}

/** The first option whose value breaks its rule. */
function brokenRule(
  rules: Readonly<Record<string, IsHeeded>>,
  options: object,
  rank: number,
): string | undefined {
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

/** The classes of layers that TensorFlow.js opens and runs. */
const knownClasses = new Set(
  (
    "Activation Add AlphaDropout Average AveragePooling1D AveragePooling2D BatchNormalization Concatenate " +
    "Conv1D Conv2D Conv2DTranspose Cropping2D Dense DepthwiseConv2D Dot Dropout ELU Embedding Flatten " +
    "GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D " +
    "GlobalMaxPooling2D LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D Maximum Minimum " +
    "Multiply PReLU Permute ReLU RepeatVector Rescaling Reshape SeparableConv2D Softmax SpatialDropout1D " +
    "TimeDistributed UpSampling2D ZeroPadding2D"
  ).split(" "),
);

/** The activations that it knows, by our names. */
const knownActivations = new Set(
  (
    "elu gelu hardSigmoidKeras2 linear logSoftmax mish relu relu6 selu sigmoid silu softmax softplus " +
    "softsign swish tanh"
  ).split(" "),
);

/** Options by kind, with the values that TensorFlow.js opens. */
const opened: Readonly<Record<string, Readonly<Record<string, IsHeeded>>>> = {
  conv1d: { groups: each(1), padding: (value) => value !== "causal" },
  conv2d: { groups: each(1) },
  elu: { alpha: each(1) },
  layerNormalization: { axis: (value) => isAscending([value].flat() as number[]) },
  softmax: {
    // One axis is another operation there than a list of them.
    axis: (value, rank) => Array.isArray(value) || value === -1 || value === rank - 1,
  },
};

const isAscending = (axes: readonly number[]) =>
  axes.every((axis, i) => i === 0 || axes[i - 1] < axis);

const openedInAll: Readonly<Record<string, IsHeeded>> = {
  activation: (value) => knownActivations.has(String(value)),
};

/** What a variable of TensorFlow.js may be called. */
const tensorName = /^[A-Za-z0-9][-A-Za-z0-9._/]*$/;

/** What TensorFlow.js cannot open of `network`, a line for each layer. */
export function gapsOf(network: Network): readonly string[] {
  const lines = network.steps.flatMap(({ layer, path, plan }): string[] => {
    if (!knownClasses.has(layer.className))
      return [`it has no layer ${layer.className} ("${path}")`];
    const rank = plan.outputShape.length + 1;
    const rules = {
      ...openedInAll,
      ...(Object.hasOwn(opened, layer.kind) ? opened[layer.kind] : {}),
    };
    const own = brokenRule(rules, layer.options, rank);
    if (own !== undefined) {
      const value = JSON.stringify((layer.options as Options)[own]);
      return [`it cannot do ${own} ${value} of the layer "${path}"`];
    }
    if (plan.weights.length > 0 && !tensorName.test(path)) {
      return [`it does not take the name "${path}"`];
    }
    return [];
  });
  return [...new Set([...lines, ...flattenedVectors(network)])];
}

/** Its `Flatten` wants an axis to join. */
function flattenedVectors(network: Network): readonly string[] {
  return network.layers
    .filter(({ layer, applications }) => {
      const isFlatten = !isNetwork(layer) && layer.kind === "flatten";
      return isFlatten && applications.some(({ inputs: [{ shape }] }) => shape.length < 2);
    })
    .map(({ name }) => `its layer Flatten does not take vectors, as "${name}" does`);
}
