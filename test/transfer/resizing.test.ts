// Progressive resizing: the same weights learn from small pictures first, and then from larger ones.

import { beforeAll, expect, test } from "vitest";
import { fineTune, type Model, sequential, tensor, transfer, zoo } from "../../src/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { atSize } from "../../src/transfer/at-size.ts";
import { freeze, unfreeze } from "../../src/transfer/freezing.ts";

/** Dark and light pictures. */
function examples(count: number, size: number) {
  const each = size * size * 3;
  const light = (i: number) => (Math.floor(i / each) % 2 === 0 ? 60 : 190) + ((i * 31) % 23);
  return {
    x: tensor(
      Uint8Array.from({ length: count * each }, (_, i) => light(i)),
      [count, size, size, 3],
    ),
    y: tensor(
      Int32Array.from({ length: count }, (_, i) => i % 2),
      [count],
    ),
  };
}

let net: Model;
beforeAll(async () => {
  const base = await zoo.load("resnet-20", { includeTop: false, inputShape: [16, 16, 3] });
  net = transfer(base, { classes: 2, head: { dropout: 0 } });
});

test("at another size a model has the same weights by the same names, and computes as one of that size", async () => {
  unfreeze(net, { last: 6 });
  const small = atSize(net, 8);
  const named = ({ network }: Model) =>
    network.weights.map(({ fullName, shape, trainable }) => ({ fullName, shape, trainable }));
  expect(named(small)).toEqual(named(net));
  expect(small.network.inputShape).toEqual([16, 16, 3]);

  const own = transfer(await zoo.load("resnet-20", { includeTop: false, inputShape: [8, 8, 3] }), {
    classes: 2,
    head: { dropout: 0 },
  });
  await own.setWeights(await net.getWeights());
  // Pixels of twice the size: each has the mean of its four.
  const few = examples(4, 8);
  const doubled = new Uint8Array(4 * 16 * 16 * 3);
  for (let i = 0; i < doubled.length; i++) {
    const [channel, x] = [i % 3, Math.floor(i / 3) % 16];
    const [y, picture] = [Math.floor(i / 48) % 16, Math.floor(i / 768)];
    doubled[i] = few.x.data[((picture * 8 + (y >> 1)) * 8 + (x >> 1)) * 3 + channel];
  }
  const expected = await own.predict(few.x);
  const received = await small.predict(tensor(doubled, [4, 16, 16, 3]));
  for (const [i, value] of expected.data.entries()) expect(received.data[i]).toBeCloseTo(value, 5);
});

test("a phase at a small size changes the weights of the model, features kept or not", async () => {
  freeze(net);
  const lines: string[] = [];
  const before = await net.getWeights();
  const records = await fineTune(net, examples(16, 16), {
    phases: "two",
    epochs: { head: 1, fine: 1 },
    sizes: [8, 16],
    batchSize: 8,
    verbose: 0,
    validationData: examples(4, 16),
    onLine: (line) => lines.push(line),
  });
  expect(lines[0]).toMatch(/^Phase 1, head: .*, pictures of 8 x 8$/);
  expect(lines[1]).toMatch(/^Phase 2, top layers: .*, pictures of 16 x 16$/);
  expect(records.map(({ cached, phase }) => [cached, phase.size])).toEqual([
    [true, 8],
    [false, 16],
  ]);
  const phase = { name: "all", unfreeze: { all: true }, epochs: 1, learningRate: 1e-3, size: 8 };
  const [{ cached }] = await fineTune(net, examples(16, 16), { phases: [phase], verbose: 0 });
  expect(cached).toBe(false);
  const after = await net.getWeights();
  const changed = [...after]
    .filter(([name, { data }]) => data.some((value, i) => value !== before.get(name)?.data[i]))
    .map(([name]) => name);
  const trainable = net.network.weights.filter((weight) => weight.trainable);
  expect(trainable.length).toBeGreaterThan(20);
  expect(changed.sort()).toEqual(trainable.map(({ fullName }) => fullName).sort());
});

test("a network whose head fits one size is refused before it is trained", async () => {
  const body = sequential([
    layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [12, 12, 3] }),
    layers.flatten(),
    layers.dense({ units: 4 }),
  ]);
  const fixed = transfer(body, { classes: 2 });
  await expect(fineTune(fixed, examples(4, 12), { sizes: [8, 12], verbose: 0 })).rejects.toThrow(
    /takes images of one size: the weights ".*dense.*kernel" fit no other[\s\S]*ends in global pooling/,
  );
});

test.each([
  [{ sizes: [32] }, /size up to 16/],
  [{ sizes: [8, 12, 16] }, /more sizes than phases/],
  [{ sizes: [7.5] }, /sizes/],
  [{ size: [8] }, /did you mean "sizes"/],
])("%o is refused", async (options, message) => {
  await expect(fineTune(net, examples(4, 16), { verbose: 0, ...options })).rejects.toThrow(message);
});
