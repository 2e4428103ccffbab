// Every layer of the table: what it says of itself (options, shapes, weights) is what it does, its
// gradient is the central difference, every target agrees, it can be saved, it learns, and it
// refuses what does not fit.

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
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { input } from "../../src/nn/input.ts";
import type { LayerInstance } from "../../src/nn/layer-instance.ts";
import { type LayerKind, layerFrom, layers } from "../../src/nn/layers/index.ts";
import { Network } from "../../src/nn/network.ts";
import { networkFrom } from "../../src/nn/network-from.ts";
import { sgd } from "../../src/nn/optimizers/sgd.ts";
import { sequence } from "../../src/nn/sequence.ts";
import { decodeModel } from "../../src/train/load.ts";
import { Model } from "../../src/train/model.ts";
import { encodeModel } from "../../src/train/save.ts";
import { widths } from "../machine/x64/widths.ts";
import { machines, runCompiled, runReference } from "./compiled.ts";
import { gradientError } from "./differences.ts";
import { type LayerCase, type LayerSample, layerCases } from "./layer-cases/index.ts";
import { relativeError, sampleWeights } from "./samples.ts";

const kinds = Object.keys(layers) as LayerKind[];
const table: [LayerKind, LayerCase][] = kinds.map((kind) => [kind, layerCases[kind]]);
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

/** The names of all that gradients flow to: inputs and trained weights. */
function sourcesOf(network: Network): string[] {
  const trained = network.weights.filter(({ trainable }) => trainable);
  return [...network.inputs.map((_, i) => `x${i}`), ...trained.map(({ fullName }) => fullName)];
}

/** Values for every input. */
function batchFor(sample: LayerSample) {
  return shapesOf(sample).map((shape, i) =>
    toFloat32(within(numbers([batch, ...shape], -i), sample)),
  );
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
function graphOf(network: Network, training: boolean, sample: Pick<LayerSample, "positive">) {
  const inputs = new Map<string, Node>();
  const values: Record<string, Tensor> = {};
  const source = (name: string, value: Tensor<Float64Array>) => {
    const node = ops.input(name, { shape: value.shape, dtype: "f32" });
    inputs.set(name, node);
    values[name] = value;
    return node;
  };
  const x = network.inputs.map(({ shape }, i) =>
    source(`x${i}`, within(numbers([batch, ...shape], -i), sample)),
  );
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

/** Inputs as the layer takes them. */
function within(value: Tensor<Float64Array>, sample: Pick<LayerSample, "positive">) {
  return sample.positive ? positive(value) : value;
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
/** One device of each target that this machine has. */
const devices: Record<string, Device> = {};
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
  devices.wasm = device;
  devices.interpreter = new InterpreterDevice(machines[1]);
  for (const { name, width, missing } of widths) {
    if (missing === undefined) devices[name] = await X64Device.open({ threads: 2, width });
  }
});
afterAll(() => Promise.all(Object.values(devices).map((one) => one.close())));

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
    await model.setWeights(
      new Map(
        network.weights.map(({ fullName, shape, trainable }, i) => {
          const value = numbers(shape, i + 1);
          return [fullName, toFloat32(trainable ? value : positive(value))];
        }),
      ),
    );
    const { model: again } = await decodeModel(await encodeModel(model), { device });
    expect(again.network.toConfig()).toEqual(network.toConfig());
    expect(again.seed).toBe(seed);
    expect(await again.getWeights()).toEqual(await model.getWeights());
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
      const { output } = graphOf(network, training, sample);
      expect(output.shape).toEqual([batch, ...sample.output]);
      expect(output.dtype).toBe("f32");
    }
    const model = new Model(network, { seed, device });
    const { data, shape } = await model.predict(batchFor(sample));
    expect(shape).toEqual([batch, ...sample.output]);
    expect(data.every(Number.isFinite)).toBe(true);
    await model.dispose();
  });

  test.each(samples)("%s: plans the weights that it has", async (_, kind, sample) => {
    const network = networkOf(kind, sample);
    const planned = network.weights.map(({ name, shape }) => [name, shape]);
    expect(planned).toEqual(Object.entries(sample.weights ?? {}));
    const { statistics = [], fixed = [] } = layerCases[kind] as LayerCase;
    for (const { name, trainable } of network.weights) {
      expect(trainable, name).toBe(![...statistics, ...fixed].includes(name));
    }
    const values = await new Model(network, { seed }).getWeights();
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
    const { output, inputs, values } = graphOf(network, true, sample);
    const { replaced = [], positions = [] } = layerCases[kind] as LayerCase;
    const product = ops.multiply(output, ops.input("scale", { shape: output.shape, dtype: "f32" }));
    const total = ops.sum(product);
    const sources = { ...values, scale: sampleWeights(output.shape) };
    // What is replaced has the gradient of the other value, as keras-layers.test.ts holds it.
    const apart = positions.map((number) => `x${number}`);
    const names = sourcesOf(network).filter(
      (name) => !replaced.includes(name.split("/")[1]) && !apart.includes(name),
    );
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

  test.each(samples)(
    "%s: every target computes what the reference does",
    async (_, kind, sample) => {
      const network = networkOf(kind, sample);
      const { output, updates, inputs, values } = graphOf(network, true, sample);
      const scale = ops.input("scale", { shape: output.shape, dtype: "f32" });
      const names = sourcesOf(network);
      const targets = names.map((name) => inputs.get(name) as Node);
      const flowing = gradients(ops.sum(ops.multiply(output, scale)), targets, ops);
      const outputs: Record<string, Node> = { output };
      names.forEach((name, i) => {
        outputs[`gradient ${name}`] = flowing[i];
      });
      for (const [name, value] of updates) outputs[`state ${name}`] = value;
      const graph = { outputs, updates: [] };
      const sources = { ...values, scale: sampleWeights(output.shape) };
      const expected = runReference(graph, sources).outputs;
      for (const [target, one] of Object.entries(devices)) {
        const received = (await runCompiled(one, graph, sources)).outputs;
        const tooFar = Object.keys(outputs)
          .map((name) => [name, relativeError(received[name], expected[name])] as const)
          .filter(([, error]) => !(error <= 1e-5));
        expect(tooFar, target).toEqual([]);
      }
    },
  );

  test.each(samples)("%s: the layer replaces what it says, in training", (_, kind, sample) => {
    const network = networkOf(kind, sample);
    const { statistics = [], replaced = [] } = layerCases[kind] as LayerCase;
    const fullNames = (names: readonly string[]) =>
      network.weights.filter(({ name }) => names.includes(name)).map(({ fullName }) => fullName);
    const graph = graphOf(network, true, sample);
    expect([...graph.updates.keys()].sort()).toEqual(
      fullNames([...statistics, ...replaced]).sort(),
    );
    expect([...graph.replaced.keys()]).toEqual(fullNames(replaced));
    expect(graphOf(network, false, sample).updates.size).toBe(0);
  });

  test.each(samples)("%s: one training step lowers the loss", async (_, kind, sample) => {
    const image: Shape = [4, 3, 2];
    const targets = 2;
    // From images to the layer's inputs by weights that learn, too, and from its output to numbers.
    const images = input({ shape: image });
    const above = sample.positive ? [layers.activation({ activation: "softplus" })] : [];
    const tensors = shapesOf(sample).map((shape) =>
      [...before(shape, sizeOf(shape)), ...above].reduce((x, layer) => layer.apply(x), images),
    );
    const flat = layers.flatten().apply(layerFrom(kind, sample.options).apply(tensors));
    const outputs = layers.dense({ units: targets }).apply(flat);
    const network = new Network({ name: "tiny", inputs: images, outputs });
    const model = new Model(network, { seed, device });
    const { learningRate = 0.01 } = layerCases[kind] as LayerCase;
    model.compile({ optimizer: sgd({ learningRate }), loss: "meanSquaredError" });
    const x = toFloat32(numbers([8, ...image], 0));
    const y = toFloat32(numbers([8, targets], 1));
    // A mask of its own each step makes noise: many steps then, instead of one.
    const { noisy = false } = layerCases[kind] as LayerCase;
    const { history } = await model.fit({ x, y }, { epochs: noisy ? 60 : 2, verbose: 0 });
    const last = noisy ? history.loss.slice(-5).reduce((a, b) => a + b) / 5 : history.loss[1];
    expect(last).toBeLessThan(history.loss[0]);
    await model.dispose();
  });
});

/** Layers that turn the tiny task's images into the input of the layer that is tried. */
function before(input: Shape, size: number): LayerInstance[] {
  if (input.length !== 3) {
    const row = [layers.flatten(), layers.dense({ units: size })];
    return input.length === 1 ? row : [...row, layers.reshape({ targetShape: input })];
  }
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
