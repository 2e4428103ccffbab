// A wrong name is answered with a right one only where that is likely to be meant.

import { expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { inFull, lookUp, suggestion } from "../../src/core/names.ts";

const names = ["accuracy", "auc", "dice", "maxPooling2d", "conv2d", "conv2dTranspose", "x64"];

test.each([
  ["a letter is missing", "acuracy", "accuracy"],
  ["two letters are swapped", "acu", "auc"],
  ["it is the beginning, though another is fewer letters away", "acc", "accuracy"],
  ["it is a part", "transpose", "conv2dTranspose"],
  ["it has letters too many", "conv2dd", "conv2d"],
  ["the beginning of it is a name as well", "conv2dTrnspose", "conv2dTranspose"],
  ["words are set apart otherwise", "Max_Pooling-2D", "maxPooling2d"],
])("a name is proposed where %s", (_, wrong, right) => {
  expect(suggestion(names, wrong)).toEqual({ fix: `did you mean "${right}"?` });
});

test.each(["mse", "gpu", "wonder", "c", ""])("nothing is proposed for %j", (wrong) => {
  expect(suggestion(names, wrong)).toEqual({});
  const ask = () => lookUp({ dice: 1, x64: 2 }, wrong, "thing");
  expect(ask).toThrow(ConfigError);
  expect(ask).toThrow(
    new RegExp(`no thing "${wrong}"\\.\n  expected: dice, x64\n  received: ?.*$`),
  );
});

test("a short name stands for its full one, in small letters or large", () => {
  const short = { mse: "meanSquaredError" };
  const full = ["mse", "MSE", "hinge", "constructor"].map((name) => inFull(short, name));
  expect(full).toEqual(["meanSquaredError", "meanSquaredError", "hinge", "constructor"]);
});
