// The precision of a model: it decides whether convolutions may round more, it is kept in its file, and
// it changes numbers no further than it says.

import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Precision } from "../../src/kernel/schedules/schedule.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

const image = [12, 12, 32] as const;

function wide(precision?: Precision) {
  const parts = [
    layers.conv2d({ filters: 32, kernelSize: 3, padding: "same", inputShape: image }),
    layers.conv2d({ filters: 8, kernelSize: 3, padding: "same" }),
  ];
  return sequential(parts, precision === undefined ? {} : { precision });
}

const random = new RandomStream(3);
const x = {
  shape: [3, ...image],
  data: Float32Array.from({ length: 3 * 12 * 12 * 32 }, () => random.uniform() - 0.5),
};

describe("the precision of a model", () => {
  test("is fast unless told", () => {
    expect(wide().precision).toBe("fast");
  });

  test("changes results, and by no more than its error", async () => {
    const exact = await wide("exact").predict(x);
    const fast = await wide("fast").predict(x);
    expect(fast.data).not.toEqual(exact.data);
    const largest = Math.max(...exact.data.map(Math.abs));
    const error = Math.max(...exact.data.map((value, i) => Math.abs(value - fast.data[i])));
    expect(error / largest).toBeLessThan(2e-5);
  });

  test("comes back from the model's file, with the same bits", async () => {
    const before = wide("exact");
    const { model } = await decodeModel(await encodeModel(before));
    expect(model.precision).toBe("exact");
    expect((await model.predict(x)).data).toEqual((await before.predict(x)).data);
  });

  test("has to be one that is known", () => {
    expect(() => wide("exactly" as Precision)).toThrow(ConfigError);
  });
});
