// Networks of any shape: what lies between inputs and outputs, in which order and under which names, and
// the same again from plain data.

import { expect, test } from "vitest";
import { ConfigError, ShapeError } from "../../src/core/errors.ts";
import { formatSummary } from "../../src/nn/format-summary.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { Network } from "../../src/nn/network.ts";
import { networkFrom } from "../../src/nn/network-from.ts";
import { sequence } from "../../src/nn/sequence.ts";
import { summarize } from "../../src/nn/summary.ts";

const dense = (units: number, name?: string) =>
  layers.dense(name === undefined ? { units } : { units, name });

/** Two towers that share a layer, a nested network, and two outputs. */
function rich() {
  const x = input({ shape: [4, 4, 1] });
  const inner = sequence({
    inputShape: [4, 4, 1],
    layers: [layers.conv2d({ filters: 2, kernelSize: 3 }), layers.flatten()],
  });
  const z = input({ shape: [3], name: "extra" });
  const shared = dense(5);
  const left = shared.apply(inner.apply([x])[0]);
  const middle = dense(8).apply(z);
  const right = shared.apply(middle);
  const sum = layers.add().apply([left, right]);
  return new Network({
    name: "rich",
    inputs: [x, z],
    outputs: { sum, middle },
  });
}

const namesOf = ({ layers }: Network) => layers.map(({ name }) => name);

test("lists what lies between inputs and outputs, furthest from the outputs first", () => {
  const network = rich();
  expect(namesOf(network)).toEqual([
    // Keras takes results by their sorted names, so that what "middle" needs comes first.
    "extra",
    "input_layer",
    "dense_1",
    "sequential",
    "dense",
    "add",
  ]);
  expect(network.inputNames).toEqual(["input_layer", "extra"]);
  expect(network.outputNames).toEqual(["sum", "middle"]);
  expect(network.weights.map(({ fullName }) => fullName)).toEqual([
    "dense_1/kernel",
    "dense_1/bias",
    "sequential/conv2d/kernel",
    "sequential/conv2d/bias",
    "dense/kernel",
    "dense/bias",
  ]);
  // 3 · 3 · 2 + 2, 3 · 8 + 8 and, once, 8 · 5 + 5.
  expect(network.parameterCount).toBe(20 + 32 + 45);
});

test("comes back from plain data as it was: names, weights, uses and the form of its outputs", () => {
  const network = rich();
  const text = JSON.stringify(network.toConfig());
  const again = networkFrom(JSON.parse(text));
  expect(JSON.stringify(again.toConfig())).toBe(text);
  expect(namesOf(again)).toEqual(namesOf(network));
  expect(again.weights).toEqual(network.weights);
  expect(again.outputForm).toBe("record");
  expect(again.steps.map(({ path, inputs }) => [path, inputs])).toEqual(
    network.steps.map(({ path, inputs }) => [path, inputs]),
  );
  expect(formatSummary(summarize(again), { expandNested: true })).toBe(
    formatSummary(summarize(network), { expandNested: true }),
  );
});

test("names count in the order in which layers are made, and anew in every network", () => {
  const make = () => {
    const [first, second] = [dense(2), dense(2)];
    const x = input({ shape: [2] });
    return new Network({ inputs: x, outputs: first.apply(second.apply(x)) });
  };
  for (const network of [make(), make()]) {
    expect(namesOf(network)).toEqual(["input_layer", "dense_1", "dense"]);
  }
});

test("a layer keeps its name in other networks, unless it is taken there", () => {
  const x = input({ shape: [2] });
  const [a, b] = [dense(2), dense(2)];
  const whole = new Network({ inputs: x, outputs: b.apply(a.apply(x)) });
  const part = new Network({ inputs: x, outputs: b.apply(x) });
  expect(namesOf(whole)).toEqual(["input_layer", "dense", "dense_1"]);
  expect(namesOf(part)).toEqual(["input_layer", "dense_1"]);
  const other = dense(2);
  new Network({ inputs: x, outputs: other.apply(x) });
  const both = new Network({ inputs: x, outputs: other.apply(a.apply(x)) });
  expect(namesOf(both)).toEqual(["input_layer", "dense", "dense_1"]);
});

test("a network may begin with a value inside another one", () => {
  const x = input({ shape: [4] });
  const middle = dense(3).apply(x);
  const end = dense(2).apply(middle);
  const head = new Network({ inputs: middle, outputs: end });
  expect(namesOf(head)).toEqual(["input_layer", "dense"]);
  expect(head.inputShape).toEqual([3]);
  const again = networkFrom(JSON.parse(JSON.stringify(head.toConfig())));
  expect(again.weights).toEqual(head.weights);
});

test("unfolds a network that is used twice, with its weights once", () => {
  const x = input({ shape: [3] });
  const inner = sequence({ inputShape: [3], layers: [dense(3)] });
  const network = new Network({ inputs: x, outputs: inner.apply(inner.apply([x]))[0] });
  expect(network.steps.map(({ path }) => path)).toEqual(["sequential/dense", "sequential/dense"]);
  expect(network.parameterCount).toBe(12);
  const again = networkFrom(JSON.parse(JSON.stringify(network.toConfig())));
  expect(again.steps.map(({ path, inputs }) => [path, inputs])).toEqual([
    ["sequential/dense", [0]],
    ["sequential/dense", [1]],
  ]);
});

test("a layer inside and outside of a nested network has its weights once", () => {
  const x = input({ shape: [3] });
  const shared = dense(3);
  const inner = sequence({ inputShape: [3], layers: [shared] });
  const network = new Network({ inputs: x, outputs: shared.apply(inner.apply([x])[0]) });
  expect(network.weights.map(({ fullName }) => fullName)).toEqual([
    "sequential/dense/kernel",
    "sequential/dense/bias",
  ]);
});

test("an input that nothing needs is an input all the same", () => {
  const [x, idle] = [input({ shape: [2] }), input({ shape: [3], name: "idle" })];
  const network = new Network({ inputs: [x, idle], outputs: dense(1).apply(x) });
  expect(network.inputNames).toEqual(["input_layer", "idle"]);
  expect(namesOf(network)).toEqual(["input_layer", "idle", "dense"]);
});

test("freezing a network freezes its layers, and says so in its configuration", () => {
  const network = rich();
  network.trainable = false;
  expect(network.weights.filter(({ trainable }) => trainable)).toEqual([]);
  network.trainable = true;
  const { layer } = network.layers[3];
  layer.trainable = false;
  const trained = (one: Network) =>
    one.weights.filter(({ trainable }) => trainable).map(({ fullName }) => fullName);
  expect(trained(network)).toEqual([
    "dense_1/kernel",
    "dense_1/bias",
    "dense/kernel",
    "dense/bias",
  ]);
  const again = networkFrom(JSON.parse(JSON.stringify(network.toConfig())));
  expect(trained(again)).toEqual(trained(network));
  again.layers[3].layer.trainable = true;
  expect(again.weights.every(({ trainable }) => trainable)).toBe(true);
});

test("says in the summary what each layer is connected to, where that is not plain", () => {
  const { rows, inARow } = summarize(rich());
  expect(inARow).toBe(false);
  expect(rows.map(({ name, connectedTo }) => [name, connectedTo.join(", ")])).toEqual([
    ["extra", ""],
    ["input_layer", ""],
    ["dense_1", "extra[0][0]"],
    ["sequential", "input_layer[0][0]"],
    ["dense", "sequential[0][0], dense_1[0][0]"],
    ["add", "dense[0][0], dense[1][0]"],
  ]);
  const x = input({ shape: [2] });
  const plain = new Network({ inputs: x, outputs: dense(2).apply(x) });
  expect(formatSummary(summarize(plain))).not.toContain("Connected to");
});

test("looks as far through branches as the widest of them does", () => {
  const x = input({ shape: [32, 32, 1] });
  const conv = (kernelSize: number, strides = 1) =>
    layers.conv2d({ filters: 1, kernelSize, strides, padding: "same" });
  const wide = conv(5).apply(conv(3, 2).apply(x));
  const narrow = conv(1, 2).apply(x);
  const inner = sequence({ inputShape: [16, 16, 1], layers: [conv(3)] });
  const [y] = inner.apply([layers.add().apply([narrow, wide])]);
  const { rows } = summarize(new Network({ inputs: x, outputs: y }));
  // 3, then 5 two pixels apart, then 3 two pixels apart.
  expect(rows.map(({ receptiveField }) => receptiveField[0])).toEqual([1, 3, 1, 11, 11, 15]);
});

test.each<[string, () => unknown, new (...facts: never[]) => Error, RegExp]>([
  [
    "outputs that need another input",
    () => {
      const [x, other] = [input({ shape: [2] }), input({ shape: [2], name: "other" })];
      return new Network({ inputs: x, outputs: layers.add().apply([x, other]) });
    },
    ConfigError,
    /"other" not listed/,
  ],
  [
    "no outputs",
    () => new Network({ inputs: input({ shape: [2] }), outputs: [] }),
    ConfigError,
    /0 outputs/,
  ],
  [
    "one input twice",
    () => {
      const x = input({ shape: [2] });
      return new Network({ inputs: [x, x], outputs: x });
    },
    ConfigError,
    /each input once/,
  ],
  [
    "two layers of one name",
    () => {
      const x = input({ shape: [2] });
      return new Network({ inputs: x, outputs: dense(2, "a").apply(dense(2, "a").apply(x)) });
    },
    ConfigError,
    /"a" twice/,
  ],
  [
    "a shared layer on inputs of different widths",
    () => {
      const [x, y] = [input({ shape: [2] }), input({ shape: [3] })];
      const shared = dense(2, "shared");
      const outputs = [shared.apply(x), shared.apply(y)];
      return new Network({ inputs: [x, y], outputs });
    },
    ShapeError,
    /"shared"[\s\S]*kernel \[2, 2\][\s\S]*kernel \[3, 2\]/,
  ],
  [
    "a network applied to another shape",
    () => sequence({ inputShape: [2], layers: [dense(1)] }).apply([input({ shape: [3] })]),
    ShapeError,
    /\[null, 2\][\s\S]*\[null, 3\]/,
  ],
  [
    "one layer twice in a row",
    () => {
      const twice = dense(2);
      return sequence({ inputShape: [2], layers: [twice, twice] });
    },
    ConfigError,
    /one layer twice/,
  ],
])("refuses %s", (_, make, type, message) => {
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});

test("refuses plain data that refers to what does not exist", () => {
  const config = JSON.parse(JSON.stringify(rich().toConfig()));
  const broken = (change: (copy: typeof config) => void) => {
    const copy = structuredClone(config);
    change(copy);
    return () => networkFrom(copy);
  };
  expect(broken((c) => c.uses[0].inputs[0].splice(0, 1, "nobody"))).toThrow(/use 0 of "nobody"/);
  expect(broken((c) => c.uses[0].inputs[0].splice(1, 1, 7))).toThrow(/use 7/);
  expect(broken((c) => c.uses.splice(0, 1))).toThrow(ConfigError);
  expect(broken((c) => c.layers.splice(0, 1))).toThrow(/does not describe/);
});
