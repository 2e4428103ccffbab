// Names of weights as wrappers write them.

import { expect, test } from "vitest";
import { unwrapped } from "../../src/interchange/torch/state-dictionary.ts";

const none = () => ({ data: new Float32Array(0), shape: [0] });

test("what wrappers put before all names is left out, however often", () => {
  const names = ["module._orig_mod.conv.weight", "module._orig_mod.conv.bias"];
  const found = unwrapped(new Map(names.map((name) => [name, none])));
  expect([...found.keys()]).toEqual(["conv.weight", "conv.bias"]);
  const long = unwrapped(new Map([[`${"module.".repeat(200_000)}weight`, none]]));
  expect([...long.keys()]).toEqual(["weight"]);
});
