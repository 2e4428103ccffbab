// Layers of one's own: they train, are saved and come back like any other, and mistakes are named.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, FormatError, ShapeError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import type { Node } from "../../src/graph/op.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { defineLayer } from "../../src/nn/custom-layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const scaled = defineLayer<{ readonly power?: number }>({
  kind: "scaled",
  plan([input], { power = 1 }) {
    const shape = [input[input.length - 1]];
    return {
      outputShape: input,
      weights: [{ name: "scale", shape, initializer: "ones", trainable: true }],
      call([x], { build, weights }) {
        return build.multiply(x, build.power(weights.scale, build.constant(power)));
      },
    };
  },
});

const x = tensor(Float32Array.of(1, 2, 3, -1, 0.5, 2), [2, 3]);
const y = tensor(Float32Array.of(2, 4, 6, -2, 1, 4), [2, 3]);

const trained = async () => {
  const model = sequential([scaled({ power: 2, inputShape: [3] })], { device });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const { history } = await model.fit({ x, y }, { epochs: 60, verbose: 0 });
  return { model, history };
};

describe("a layer of one's own", () => {
  test("learns by its weights, under its own name", async () => {
    const { model, history } = await trained();
    expect(history.loss[59]).toBeLessThan(history.loss[0] / 20);
    expect([...(await model.getWeights()).keys()]).toEqual(["scaled/scale"]);
    expect(model.summary()).toContain("scaled (Scaled)");
    await model.dispose();
  });

  test("comes back from a file with its options, by customLayers", async () => {
    const { model } = await trained();
    const options = { device, customLayers: { scaled } };
    const { model: again } = await decodeModel(await encodeModel(model), options);
    expect(again.network.toConfig()).toEqual(model.network.toConfig());
    expect(await again.predict(x)).toEqual(await model.predict(x));
    await Promise.all([model.dispose(), again.dispose()]);
  });

  test("is missed by name where customLayers does not have it", async () => {
    const { model } = await trained();
    const bytes = await encodeModel(model);
    await model.dispose();
    await expect(decodeModel(bytes, { device })).rejects.toThrow(FormatError);
    await expect(decodeModel(bytes, { device })).rejects.toThrow(/"scaled"[\s\S]*customLayers/);
  });

  test("may not take the name of a layer that exists", async () => {
    const { model } = await trained();
    const customLayers = { scaled, conv2d: layers.conv2d };
    const bytes = await encodeModel(model);
    await model.dispose();
    await expect(decodeModel(bytes, { customLayers })).rejects.toThrow(/conv2d/);
  });
});

describe("mistakes", () => {
  const planned = (shape: number[], result: number[]) =>
    defineLayer({
      kind: "wrong",
      plan: () => ({
        outputShape: shape,
        call: ([input], { build }) => build.reshape(input, [input.shape[0], ...result]),
      }),
    });

  test("a result of another shape than planned is named", async () => {
    const model = sequential([planned([3, 1], [1, 3])({ inputShape: [3] })], { device });
    await expect(model.predict(x)).rejects.toThrow(ShapeError);
    await expect(model.predict(x)).rejects.toThrow(/"wrong"[\s\S]*\[2, 3, 1\][\s\S]*\[2, 1, 3\]/);
    await model.dispose();
  });

  test("an output shape that is none is refused", () => {
    expect(() => sequential([planned([0], [3])({ inputShape: [3] })])).toThrow(ShapeError);
  });

  test.each([
    ["a function", () => 1],
    ["an array of numbers in bytes", Float32Array.of(1)],
    ["a number that is none", { deep: [Number.NaN] }],
  ])("options that no file could keep are refused: %s", (_, power) => {
    const options = { power } as unknown as { readonly power: number };
    expect(() => scaled(options)).toThrow(ConfigError);
    expect(() => scaled(options)).toThrow(/options\.power/);
  });

  test("a layer without a name is refused", () => {
    const plan = () => ({ outputShape: [1], call: ([input]: readonly Node[]) => input });
    expect(() => defineLayer({ kind: "", plan })).toThrow(ConfigError);
  });
});
