// Every layer of the table: what it says of itself (options, shapes, weights) is what it does, its
// gradient is the central difference, it can be saved, it learns, and it refuses what does not fit.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, ShapeError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { formatShape, type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { input } from "../../src/nn/input.ts";
import type { LayerInstance } from "../../src/nn/layer-instance.ts";
import { type LayerKind, layerFrom, layers } from "../../src/nn/layers/index.ts";
import { Network } from "../../src/nn/network.ts";
import { networkFrom } from "../../src/nn/network-from.ts";
import { sequence } from "../../src/nn/sequence.ts";
import { decodeModel, encodeModel } from "../../src/train/checkpoint.ts";
import { Model } from "../../src/train/model.ts";
import { gradientError } from "./differences.ts";
import { sampleWeights } from "./samples.ts";

interface LayerSample {
  readonly options: object;
  readonly input: Shape;
  /** The second and further inputs of a layer that merges. */
  readonly others?: readonly Shape[];
  readonly output: Shape;
  /** Names and shapes of weights; those behind `moving_` are not trained. */
  readonly weights?: Readonly<Record<string, Shape>>;
}

interface LayerCase {
  /** The options that a layer made without any of its optional ones has. */
  readonly defaults: { readonly given: object; readonly all: object };
  readonly samples: readonly LayerSample[];
  /** Inputs that do not fit, with the options that make them so. */
  readonly misfits: readonly {
    readonly options?: object;
    readonly input: Shape;
    readonly others?: readonly Shape[];
  }[];
  /** Why nothing is a misfit. */
  readonly fitsAll?: string;
  /** Options that are refused, and what the message names. */
  readonly refused: readonly { readonly options: object; readonly names: string }[];
}

const window = { poolSize: [2, 2], strides: [2, 2], padding: "valid" };

const pool: LayerCase = {
  defaults: { given: {}, all: window },
  samples: [
    { options: {}, input: [5, 7, 3], output: [2, 3, 3] },
    { options: { padding: "same" }, input: [5, 7, 6], output: [3, 4, 6] },
    { options: { poolSize: 3, strides: 1 }, input: [3, 4, 1], output: [1, 2, 1] },
    { options: { poolSize: [1, 3], strides: [2, 3] }, input: [4, 6, 2], output: [2, 2, 2] },
    {
      options: { poolSize: 3, padding: { top: 1, bottom: 2, left: 0, right: 1 } },
      input: [4, 5, 2],
      output: [2, 2, 2],
    },
  ],
  misfits: [
    { input: [8] },
    { input: [8, 8] },
    { options: { poolSize: 9 }, input: [8, 8, 1] },
    { options: { poolSize: [2, 9] }, input: [8, 8, 1] },
  ],
  refused: [
    { options: { poolSize: 0 }, names: "poolSize" },
    { options: { poolSize: [2, 1.5] }, names: "poolSize" },
    { options: { strides: -1 }, names: "strides" },
    { options: { padding: "full" }, names: "padding" },
    { options: { padding: { top: -1, bottom: 0, left: 0, right: 0 } }, names: "padding" },
    { options: { padding: { top: 0, bottom: 2, left: 0, right: 0 } }, names: "padding" },
  ],
};

/** A layer that joins inputs element by element; `pairs` where it takes just two. */
const merging = (pairs = false): LayerCase => ({
  defaults: { given: {}, all: {} },
  samples: [
    { options: {}, input: [3, 4, 2], others: [[3, 4, 2]], output: [3, 4, 2] },
    { options: {}, input: [1, 1, 5], others: [[2, 3, 5]], output: [2, 3, 5] },
    { options: {}, input: [2, 3, 1], others: [[4]], output: [2, 3, 4] },
    ...(pairs ? [] : [{ options: {}, input: [6], others: [[6], [1]], output: [6] }]),
  ],
  misfits: [
    { input: [4] },
    { input: [3, 4, 2], others: [[3, 5, 2]] },
    { input: [3, 4, 2], others: [[3]] },
    ...(pairs ? [{ input: [4], others: [[4], [4]] }] : []),
  ],
  refused: [],
});

const cases = {
  add: merging(),
  subtract: merging(true),
  multiply: merging(),
  average: merging(),
  maximum: merging(),
  minimum: merging(),
  channelPooling: {
    defaults: { given: {}, all: {} },
    samples: [
      { options: {}, input: [3, 4, 5], output: [3, 4, 2] },
      { options: {}, input: [1, 2, 1], output: [1, 2, 2] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [],
  },
  concatenate: {
    defaults: { given: {}, all: { axis: -1 } },
    samples: [
      {
        options: {},
        input: [3, 4, 2],
        others: [
          [3, 4, 5],
          [3, 4, 1],
        ],
        output: [3, 4, 8],
      },
      { options: { axis: 1 }, input: [2, 3, 2], others: [[4, 3, 2]], output: [6, 3, 2] },
      { options: { axis: -2 }, input: [2, 3, 2], others: [[2, 1, 2]], output: [2, 4, 2] },
      { options: {}, input: [17], others: [[3]], output: [20] },
    ],
    misfits: [
      { input: [4] },
      { input: [3, 4, 2], others: [[3, 5, 2]] },
      { input: [3, 4, 2], others: [[4]] },
      { options: { axis: 3 }, input: [4], others: [[4]] },
      { options: { axis: -3 }, input: [4], others: [[4]] },
    ],
    refused: [
      { options: { axis: 0 }, names: "axis" },
      { options: { axis: 1.5 }, names: "axis" },
    ],
  },
  conv2d: {
    defaults: {
      given: { filters: 4, kernelSize: 3 },
      all: {
        filters: 4,
        kernelSize: 3,
        strides: 1,
        padding: "valid",
        dilationRate: 1,
        groups: 1,
        activation: "linear",
        useBias: true,
        kernelInitializer: "glorotUniform",
        biasInitializer: "zeros",
      },
    },
    samples: [
      {
        options: { filters: 4, kernelSize: 3 },
        input: [5, 6, 3],
        output: [3, 4, 4],
        weights: { kernel: [3, 3, 3, 4], bias: [4] },
      },
      {
        options: { filters: 6, kernelSize: [1, 2], groups: 3, strides: 2, padding: "same" },
        input: [5, 4, 6],
        output: [3, 2, 6],
        weights: { kernel: [1, 2, 2, 6], bias: [6] },
      },
      {
        options: { filters: 1, kernelSize: 2, dilationRate: [2, 3], activation: "tanh" },
        input: [4, 5, 1],
        output: [2, 2, 1],
        weights: { kernel: [2, 2, 1, 1], bias: [1] },
      },
      {
        options: {
          filters: 17,
          kernelSize: 1,
          useBias: false,
          activation: "sigmoid",
          kernelInitializer: "heNormal",
        },
        input: [3, 2, 3],
        output: [3, 2, 17],
        weights: { kernel: [1, 1, 3, 17] },
      },
      {
        options: {
          filters: 2,
          kernelSize: 3,
          padding: { top: 2, bottom: 0, left: 1, right: 1 },
          biasInitializer: "ones",
        },
        input: [3, 3, 2],
        output: [3, 3, 2],
        weights: { kernel: [3, 3, 2, 2], bias: [2] },
      },
    ],
    misfits: [
      { input: [8] },
      { input: [8, 8] },
      { input: [2, 8, 3] },
      { options: { dilationRate: 4 }, input: [8, 9, 3] },
      { options: { groups: 2 }, input: [8, 8, 3] },
    ],
    refused: [
      { options: { filters: 0 }, names: "filters" },
      { options: { filters: 2.5 }, names: "filters" },
      { options: { kernelSize: [3, 0] }, names: "kernelSize" },
      { options: { strides: 0 }, names: "strides" },
      { options: { dilationRate: -1 }, names: "dilationRate" },
      { options: { groups: 0 }, names: "groups" },
      { options: { groups: 3 }, names: "groups" },
      { options: { activation: "rleu" }, names: "activation" },
      { options: { kernelInitializer: "glorot" }, names: "initializer" },
      { options: { biasInitializer: "zero" }, names: "initializer" },
      { options: { padding: "SAME" }, names: "padding" },
    ],
  },
  dense: {
    defaults: {
      given: { units: 4 },
      all: {
        units: 4,
        activation: "linear",
        useBias: true,
        kernelInitializer: "glorotUniform",
        biasInitializer: "zeros",
      },
    },
    samples: [
      {
        options: { units: 3 },
        input: [5],
        output: [3],
        weights: { kernel: [5, 3], bias: [3] },
      },
      {
        options: { units: 17, useBias: false, activation: "softmax" },
        input: [1],
        output: [17],
        weights: { kernel: [1, 17] },
      },
    ],
    misfits: [{ input: [4, 4, 1] }, { input: [4, 4] }, { input: [] }],
    refused: [
      { options: { units: 0 }, names: "units" },
      { options: { units: Number.NaN }, names: "units" },
      { options: { activation: "constructor" }, names: "activation" },
      { options: { kernelInitializer: "toString" }, names: "initializer" },
    ],
  },
  maxPooling2d: pool,
  averagePooling2d: pool,
  globalAveragePooling2d: {
    defaults: { given: {}, all: { keepDimensions: false } },
    samples: [
      { options: {}, input: [3, 5, 6], output: [6] },
      { options: { keepDimensions: true }, input: [1, 4, 1], output: [1, 1, 1] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [],
  },
  batchNormalization: {
    defaults: {
      given: {},
      all: { momentum: 0.99, epsilon: 1e-3, center: true, scale: true },
    },
    samples: [
      {
        options: {},
        input: [3, 4, 5],
        output: [3, 4, 5],
        weights: { gamma: [5], beta: [5], moving_mean: [5], moving_variance: [5] },
      },
      {
        options: { center: false, momentum: 0.5, epsilon: 0.1 },
        input: [6],
        output: [6],
        weights: { gamma: [6], moving_mean: [6], moving_variance: [6] },
      },
      {
        options: { scale: false },
        input: [2, 2, 1],
        output: [2, 2, 1],
        weights: { beta: [1], moving_mean: [1], moving_variance: [1] },
      },
    ],
    misfits: [{ input: [] }],
    refused: [
      { options: { momentum: 1.1 }, names: "momentum" },
      { options: { momentum: Number.NaN }, names: "momentum" },
      { options: { epsilon: 0 }, names: "epsilon" },
    ],
  },
  activation: {
    defaults: { given: { activation: "relu" }, all: { activation: "relu" } },
    samples: ["linear", "relu", "sigmoid", "tanh", "softmax", "exponential"].map((activation) => ({
      options: { activation },
      input: [2, 3, 4],
      output: [2, 3, 4],
    })),
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [{ options: { activation: "swoosh" }, names: "activation" }],
  },
  dropout: {
    defaults: { given: { rate: 0.5 }, all: { rate: 0.5 } },
    samples: [
      { options: { rate: 0.25, seed: 3 }, input: [4, 3, 2], output: [4, 3, 2] },
      { options: { rate: 0 }, input: [7], output: [7] },
    ],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [
      { options: { rate: 1 }, names: "rate" },
      { options: { rate: -0.1 }, names: "rate" },
      { options: { rate: Number.NaN }, names: "rate" },
    ],
  },
  flatten: {
    defaults: { given: {}, all: {} },
    samples: [
      { options: {}, input: [3, 4, 2], output: [24] },
      { options: {}, input: [5], output: [5] },
    ],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [],
  },
} satisfies Record<LayerKind, LayerCase>;

const kinds = Object.keys(layers) as LayerKind[];
const table: [LayerKind, LayerCase][] = kinds.map((kind) => [kind, cases[kind]]);
const samples = table.flatMap(([kind, { samples }]) =>
  samples.map((sample): [string, LayerKind, LayerSample] => [
    `${kind} ${JSON.stringify(sample.options)} on ${shapesOf(sample).map(formatShape).join(", ")}`,
    kind,
    sample,
  ]),
);

const batch = 3;
const seed = 11;

/** The shapes of all inputs. */
function shapesOf({ input, others = [] }: Pick<LayerSample, "input" | "others">): Shape[] {
  return [input, ...others];
}

/** The layer alone, between as many inputs as it takes. */
function networkOf(kind: LayerKind, sample: LayerSample): Network {
  const layer = layerFrom(kind, sample.options);
  const inputs = shapesOf(sample).map((shape) => input({ shape }));
  if (inputs.length > 1) {
    return new Network({ name: "one layer", inputs, outputs: layer.apply(inputs) });
  }
  return sequence({ name: "one layer", inputShape: sample.input, layers: [layer] });
}

/** Which of the network's units the layer is. */
function unitOf(network: Network) {
  return network.layers[network.layers.length - 1].layer;
}

/** Values for every input. */
function batchFor(sample: LayerSample) {
  return shapesOf(sample).map((shape, i) => toFloat32(numbers([batch, ...shape], -i)));
}

/** Numbers from -1 to 1 that stay clear of 0, where some functions have a kink. */
function numbers(shape: Shape, stream: number): Tensor<Float64Array> {
  const random = new RandomStream(seed, stream);
  const value = () => (random.below(2) === 0 ? -1 : 1) * (0.05 + 0.95 * random.uniform());
  return { data: Float64Array.from({ length: sizeOf(shape) }, value), shape };
}

const toFloat32 = ({ data, shape }: Tensor<Float64Array>) => ({
  data: Float32Array.from(data),
  shape,
});

/** The layer's graph with its sources and their values, in f64. */
function graphOf(network: Network, training: boolean) {
  const inputs = new Map<string, Node>();
  const values: Record<string, Tensor> = {};
  const source = (name: string, value: Tensor<Float64Array>) => {
    const node = ops.input(name, { shape: value.shape, dtype: "f32" });
    inputs.set(name, node);
    values[name] = value;
    return node;
  };
  const x = network.inputs.map(({ shape }, i) => source(`x${i}`, numbers([batch, ...shape], -i)));
  const weights = new Map(
    network.weights.map(({ fullName, shape, trainable }, i) => {
      const value = numbers(shape, i + 1);
      return [fullName, source(fullName, trainable ? value : positive(value))];
    }),
  );
  const step = ops.input("step", { shape: [], dtype: "i32" });
  values.step = { data: Int32Array.of(5), shape: [] };
  const graph = network.graph(x, { build: ops, training, weights, step, seed });
  return { ...graph, output: graph.outputs[0], inputs, values };
}

/** Statistics as a variance may be. */
function positive({ data, shape }: Tensor<Float64Array>): Tensor<Float64Array> {
  return { data: data.map((value) => Math.abs(value) + 0.5), shape };
}

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

describe("options", () => {
  test.each(table)("%s: the defaults are Keras's", (kind, { defaults }) => {
    expect(layerFrom(kind, defaults.given).options).toEqual(defaults.all);
  });

  test.each(table)("%s: what cannot be used is refused by name", (kind, { defaults, refused }) => {
    for (const { options, names } of refused) {
      const error = caught(() => layerFrom(kind, { ...defaults.given, ...options }));
      expect(error, JSON.stringify(options)).toBeInstanceOf(ConfigError);
      expect((error as Error).message).toContain(names);
      expect((error as Error).message).toMatch(/expected:.*\n.*received:/);
    }
  });

  test("a layer that does not exist is answered with the closest that does", () => {
    expect(() => layerFrom("maxPooling2D", {})).toThrow(/did you mean "maxPooling2d"/);
    expect(() => layerFrom("toString", {})).toThrow(ConfigError);
  });
});

describe("configuration", () => {
  test.each(samples)("%s: comes back from its configuration the same", (_, kind, sample) => {
    const network = networkOf(kind, sample);
    const text = JSON.stringify(network.toConfig());
    const again = networkFrom(JSON.parse(text));
    expect(JSON.stringify(again.toConfig())).toBe(text);
    expect(unitOf(again).kind).toBe(kind);
    expect(unitOf(again).options).toMatchObject(unitOf(network).options);
    expect(again.weights).toEqual(network.weights);
    expect(again.outputShape).toEqual(network.outputShape);
  });

  test.each(samples)("%s: comes back from a file with the same bits", async (_, kind, sample) => {
    const network = networkOf(kind, sample);
    const model = new Model(network, { seed, device });
    model.setWeights(
      new Map(
        network.weights.map(({ fullName, shape, trainable }, i) => {
          const value = numbers(shape, i + 1);
          return [fullName, toFloat32(trainable ? value : positive(value))];
        }),
      ),
    );
    const { model: again } = decodeModel(encodeModel(model), "the file", { device });
    expect(again.network.toConfig()).toEqual(network.toConfig());
    expect(again.seed).toBe(seed);
    expect(again.getWeights()).toEqual(model.getWeights());
    const x = batchFor(sample);
    expect(await again.predict(x)).toEqual(await model.predict(x));
    await Promise.all([model.dispose(), again.dispose()]);
  });
});

describe("shapes", () => {
  test.each(samples)("%s: plans the shapes that it has", async (_, kind, sample) => {
    const network = networkOf(kind, sample);
    expect(network.outputShape).toEqual(sample.output);
    for (const training of [true, false]) {
      const { output } = graphOf(network, training);
      expect(output.shape).toEqual([batch, ...sample.output]);
      expect(output.dtype).toBe("f32");
    }
    const model = new Model(network, { seed, device });
    const { data, shape } = await model.predict(batchFor(sample));
    expect(shape).toEqual([batch, ...sample.output]);
    expect(data.every(Number.isFinite)).toBe(true);
    await model.dispose();
  });

  test.each(samples)("%s: plans the weights that it has", (_, kind, sample) => {
    const network = networkOf(kind, sample);
    const planned = network.weights.map(({ name, shape }) => [name, shape]);
    expect(planned).toEqual(Object.entries(sample.weights ?? {}));
    for (const { name, trainable } of network.weights) {
      expect(trainable, name).toBe(!name.startsWith("moving_"));
    }
    const values = new Model(network, { seed }).getWeights();
    expect([...values].map(([name, { shape }]) => [name.split("/")[1], shape])).toEqual(planned);
    for (const { data, shape } of values.values()) {
      expect(data).toHaveLength(sizeOf(shape));
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("values", () => {
  test.each(samples)("%s: the gradient is the central difference", (_, kind, sample) => {
    const network = networkOf(kind, sample);
    const { output, inputs, values } = graphOf(network, true);
    const product = ops.multiply(output, ops.input("scale", { shape: output.shape, dtype: "f32" }));
    const total = ops.sum(product);
    const sources = { ...values, scale: sampleWeights(output.shape) };
    const trained = network.weights.filter(({ trainable }) => trainable);
    const names = [
      ...network.inputs.map((_, i) => `x${i}`),
      ...trained.map(({ fullName }) => fullName),
    ];
    const flowing = gradients(
      total,
      names.map((name) => inputs.get(name) as Node),
      ops,
    );
    evaluate(flowing, sources).forEach(({ data }, i) => {
      const source = values[names[i]].data as Float64Array;
      const loss = () => evaluate([total], sources)[0].data[0];
      expect(gradientError(loss, source, data), names[i]).toBeLessThanOrEqual(1e-6);
    });
  });

  test.each(samples)("%s: only what is not trained is replaced by the layer", (_, kind, sample) => {
    const network = networkOf(kind, sample);
    const statistics = network.weights.filter(({ trainable }) => !trainable);
    expect([...graphOf(network, true).updates.keys()]).toEqual(
      statistics.map(({ fullName }) => fullName),
    );
    expect(graphOf(network, false).updates.size).toBe(0);
  });

  test.each(samples)("%s: one training step lowers the loss", async (_, kind, sample) => {
    const image: Shape = [4, 3, 2];
    const targets = 2;
    // From images to the layer's inputs by weights that learn, too, and from its output to numbers.
    const images = input({ shape: image });
    const tensors = shapesOf(sample).map((shape) =>
      before(shape, sizeOf(shape)).reduce((tensor, layer) => layer.apply(tensor), images),
    );
    const flat = layers.flatten().apply(layerFrom(kind, sample.options).apply(tensors));
    const outputs = layers.dense({ units: targets }).apply(flat);
    const network = new Network({ name: "tiny", inputs: images, outputs });
    const model = new Model(network, { seed, device });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const x = toFloat32(numbers([8, ...image], 0));
    const y = toFloat32(numbers([8, targets], 1));
    // A mask of its own each step makes noise: many steps then, instead of one.
    const noisy = kind === "dropout";
    const { history } = await model.fit({ x, y }, { epochs: noisy ? 60 : 2, verbose: 0 });
    const last = noisy ? history.loss.slice(-5).reduce((a, b) => a + b) / 5 : history.loss[1];
    expect(last).toBeLessThan(history.loss[0]);
    await model.dispose();
  });
});

/** Layers that turn the tiny task's images into the input of the layer that is tried. */
function before(input: Shape, size: number): LayerInstance[] {
  if (input.length === 1) return [layers.flatten(), layers.dense({ units: size })];
  const [height, width, channels] = input;
  const padding = { top: height + 3, bottom: 0, left: width + 3, right: 0 };
  const kernelSize: [number, number] = [4 + 3 + 1, 3 + 3 + 1];
  return [layers.conv2d({ filters: channels, kernelSize, padding })];
}

describe("what does not fit", () => {
  test.each(table)("%s: misfits are listed, or why there are none", (_, { misfits, fitsAll }) => {
    expect(misfits.length > 0).toBe(fitsAll === undefined);
  });

  const misfits = table.flatMap(([kind, { defaults, misfits }]) =>
    misfits.map(({ options, ...misfit }): [string, LayerKind, object, Shape[]] => [
      `${kind} ${options === undefined ? "" : JSON.stringify(options)} on ${shapesOf(misfit).map(formatShape).join(", ")}`,
      kind,
      { ...defaults.given, ...options },
      shapesOf(misfit),
    ]),
  );

  test.each(misfits)(
    "%s: a ShapeError names layer, class and shapes",
    (_, kind, options, shapes) => {
      const first = layers.activation({ activation: "linear" });
      const layer = layerFrom(kind, { ...options, name: "the_misfit" });
      const error = caught(() =>
        shapes.length === 1
          ? sequence({ inputShape: shapes[0], layers: [first, layer] })
          : layer.apply(shapes.map((shape) => input({ shape }))),
      );
      expect(error).toBeInstanceOf(ShapeError);
      const { message } = error as ShapeError;
      const place = shapes.length === 1 ? "Layer 2," : "Layer";
      expect(message).toContain(`${place} "the_misfit" (${layer.className})`);
      expect(message).toMatch(/expected: \S/);
      expect(message).toContain(`received: `);
      for (const shape of shapes) expect(message).toContain(formatShape([null, ...shape]));
    },
  );

  test("two layers of one name are refused", () => {
    const twice = [layers.flatten({ name: "a" }), layers.dense({ units: 1, name: "a" })];
    expect(() => sequence({ inputShape: [3], layers: twice })).toThrow(/"a" twice/);
  });

  test("layers are named as Keras names them: those that have a name do not count", () => {
    const placed = [
      layers.conv2d({ filters: 1, kernelSize: 1 }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 2, name: "features" }),
      layers.dense({ units: 2 }),
      layers.dense({ units: 2 }),
    ];
    const network = sequence({ inputShape: [3, 3, 1], layers: placed });
    expect(network.layers.map(({ name }) => name)).toEqual([
      "conv2d",
      "global_average_pooling2d",
      "features",
      "dense",
      "dense_1",
    ]);
  });
});
