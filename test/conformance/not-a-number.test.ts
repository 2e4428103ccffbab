// NaN is never lost where the largest or the smallest is sought: the cases that a reader can check by
// eye. targets.test.ts puts NaN and infinities into the samples of every op.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { widths } from "../machine/x64/widths.ts";
import { runCompiled } from "./compiled.ts";

const { NaN: none } = Number;
const present = widths.filter(({ missing }) => missing === undefined);

const targets: [string, () => Promise<Device>][] = [
  ["the interpreter", async () => new InterpreterDevice()],
  ["wasm", () => WasmDevice.open({ threads: 1 })],
  ...present.map(({ name, width }): [string, () => Promise<Device>] => [
    name,
    () => X64Device.open({ threads: 1, width }),
  ]),
];

describe.each(targets)("on %s", (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  const run = async (of: (...x: Node[]) => Node, ...values: (readonly number[])[]) => {
    const inputs = values.map((list, i) =>
      ops.input(`${i}`, { shape: [list.length], dtype: "f32" }),
    );
    const graph = { outputs: { y: of(...inputs) }, updates: [] };
    const sources = values.map((list, i) => [i, tensor(Float32Array.from(list), [list.length])]);
    return Array.from((await runCompiled(device, graph, Object.fromEntries(sources))).outputs.y);
  };

  /** Windows of four numbers. */
  const pooled = (x: Node) =>
    ops.maxPool(ops.reshape(x, [1, 2, x.shape[0] / 2, 1]), {
      size: [2, 2],
      strides: [2, 2],
      padding: "valid",
    });

  test("max pooling of a window with a NaN is NaN, wherever it stands", async () => {
    expect(await run(pooled, [none, 1, 2, 3])).toEqual([none]);
    expect(await run(pooled, [0, none, 2, 3])).toEqual([none]);
    expect(await run(pooled, [0, 1, none, 3])).toEqual([none]);
    expect(await run(pooled, [0, 1, 2, none])).toEqual([none]);
    expect(await run(pooled, [none, none, none, none])).toEqual([none]);
  });

  test("the gradient of max pooling goes to the NaN of a window", async () => {
    const slope = (x: Node) => gradients(ops.sum(pooled(x)), [x], ops)[0];
    expect(await run(slope, [0, 1, none, 3])).toEqual([0, 0, 1, 0]);
    expect(await run(slope, [0, 3, 1, 2])).toEqual([0, 1, 0, 0]);
  });

  test("maximum and minimum are NaN where either argument is", async () => {
    expect(await run(ops.maximum, [none, 1, 2], [1, none, 3])).toEqual([none, none, 3]);
    expect(await run(ops.minimum, [none, 1, 2], [1, none, 3])).toEqual([none, none, 2]);
  });

  test("constants bound numbers, and let NaN through", async () => {
    const limit = ops.constant(1);
    const values = [none, 0, 2];
    expect(await run((x) => ops.maximum(x, limit), values)).toEqual([none, 1, 2]);
    expect(await run((x) => ops.maximum(limit, x), values)).toEqual([none, 1, 2]);
    expect(await run((x) => ops.minimum(x, limit), values)).toEqual([none, 0, 1]);
    expect(await run((x) => ops.minimum(limit, x), values)).toEqual([none, 0, 1]);
    expect(await run((x) => ops.maximum(x, ops.constant(none)), [1])).toEqual([none]);
    expect(await run(ops.relu, values)).toEqual([none, 0, 2]);
  });

  test.each([1, 7, 40, 20_000])("reductions of %d numbers find a NaN anywhere", async (size) => {
    for (const at of [0, size >> 1, size - 1]) {
      const values = Array.from({ length: size }, (_, i) => (i === at ? none : i));
      expect(await run((x) => ops.reduceMaximum(x, { axes: [0] }), values)).toEqual([none]);
      expect(await run((x) => ops.reduceMinimum(x, { axes: [0] }), values)).toEqual([none]);
      expect(await run((x) => ops.argMaximum(x, 0), values)).toEqual([at]);
    }
  });
});
