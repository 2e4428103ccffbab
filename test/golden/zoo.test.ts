// The zoo against keras.applications, torchvision and timm: the names and shapes of all weights, and for one member
// of each family logits and features to 1e-4. `zoo/make_keras.py` and `zoo/make_pytorch.py` made the numbers.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { Network } from "../../src/nn/network.ts";
import { Model } from "../../src/train/model.ts";
import { zoo } from "../../src/zoo/index.ts";
import { relativeError } from "../conformance/samples.ts";
import { namedWeights, someOf, uniform, weightsDigest } from "./shared-numbers.ts";

interface Sketch {
  readonly shape: readonly number[];
  /** The root mean square. */
  readonly rms: number;
  /** Eight numbers from everywhere. */
  readonly some: readonly number[];
}

interface Case {
  readonly options: Readonly<Record<string, unknown>>;
  /** The range of the input. */
  readonly pixels: readonly [number, number];
  /** What kernels are scaled by. Default: 1. */
  readonly gain?: number;
  readonly parameters: number;
  readonly logits: Sketch | readonly number[];
  readonly features: Readonly<Record<string, Sketch>>;
}

interface Fixture {
  readonly cases: Readonly<Record<string, Case>>;
  readonly digests: Readonly<Record<string, number>>;
}

const peers = ["keras", "pytorch"].map((peer) => {
  const path = new URL(`zoo/${peer}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as Fixture;
});
const cases = peers.flatMap((peer) => Object.entries(peer.cases));
const digests = peers.flatMap((peer) => Object.entries(peer.digests));

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

test.each(digests)("%s has the peer's weights, by name and shape", async (name, digest) => {
  expect(weightsDigest(await zoo.build(name))).toBe(digest);
});

/** The network with its features as further outputs. */
function withFeatures(network: Network, names: readonly string[]): Network {
  const features = names.map((name) => {
    const layer = network.layers.find((one) => one.name === name);
    if (layer === undefined) throw new Error(`no layer ${name}`);
    return layer.applications[0].outputs[0];
  });
  return new Network({ inputs: network.inputs, outputs: [...features, ...network.outputs] });
}

function requireSame({ data, shape }: Tensor, sketch: Sketch, what: string): void {
  expect(shape, what).toEqual(sketch.shape);
  const squares = Array.from(data).reduce((sum, value) => sum + value * value, 0);
  const rms = Math.sqrt(squares / data.length);
  expect(Math.abs(rms - sketch.rms), what).toBeLessThanOrEqual(1e-4 * sketch.rms);
  const errors = someOf(data).map((value, i) => Math.abs(value - sketch.some[i]));
  expect(Math.max(...errors), what).toBeLessThanOrEqual(1e-4 * sketch.rms);
}

describe.each(cases)("%s", (name, { options, pixels, gain, parameters, logits, features }) => {
  test("gives the peer's logits, and its features at each stage", {
    timeout: 120_000,
  }, async () => {
    const network = await zoo.build(name, { ...options, classifierActivation: null });
    const { figures } = await zoo.architecture(name);
    // Keras's layer Normalization counts how often it was adapted.
    const counters = figures[0]?.counters ?? 0;
    expect(network.parameterCount + counters).toBe(parameters);
    const names = Object.keys(features);
    const model = new Model(withFeatures(network, names), { device });
    await model.setWeights(namedWeights(model.network, gain));
    const x = uniform(1, [1, ...network.inputShape], ...pixels);
    const results = [await model.predict(x)].flat() as Tensor[];
    for (const [i, feature] of names.entries()) requireSame(results[i], features[feature], feature);
    const last = results[names.length];
    if ("shape" in logits) requireSame(last, logits, "logits");
    else expect(relativeError([...last.data], logits)).toBeLessThanOrEqual(1e-4);
    await model.dispose();
  });
});
