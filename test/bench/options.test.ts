// The options of the benchmark: defaults, lists, refusals, and its help.

import { describe, expect, test } from "vitest";
import { networkNames } from "../../bench/networks.ts";
import { help, parseOptions } from "../../bench/options.ts";

describe("the benchmark's options", () => {
  test("take everything unless told", () => {
    expect(parseOptions([])).toEqual({
      nets: networkNames,
      target: "auto",
      repeats: 7,
      modes: ["training", "inference"],
      peers: ["pytorch", "onnx", "openvino"],
      pictures: 400,
      styleSteps: 3,
      profile: false,
      json: false,
      write: false,
    });
  });

  test("take lists with commas, each name once", () => {
    const line =
      "--nets lenet,resnet,lenet --peers onnx --target wasm --threads 2 --python python3.9";
    expect(parseOptions(line.split(" "))).toMatchObject({
      nets: ["lenet", "resnet"],
      peers: ["onnx"],
      target: "wasm",
      threads: 2,
      python: "python3.9",
    });
    expect(parseOptions(["--peers", "none"])).toMatchObject({ peers: [] });
  });

  test("take peers whose code is like the target's; TensorFlow.js's slow CPU backend has to be named", () => {
    expect(parseOptions(["--target", "wasm"])).toMatchObject({ peers: ["onnx-web", "tfjs-wasm"] });
    expect(parseOptions(["--target", "x64-avx2"])).toMatchObject({
      peers: ["pytorch", "onnx", "openvino"],
    });
    expect(parseOptions(["--peers", "tfjs"])).toMatchObject({ peers: ["tfjs"] });
  });

  test.each([
    ["--nets lenett", 'did you mean "lenet"?'],
    ["--peers torch", 'no peer "torch"'],
    ["--modes train", 'no mode "train"'],
    ["--target wsam", 'did you mean "wasm"?'],
    ["--threads 0", "--threads cannot be used"],
    ["--repeats 1.5", "--repeats cannot be used"],
    ["--net lenet", "--net"],
  ])("%s is refused", (line, message) => {
    expect(() => parseOptions(line.split(" "))).toThrow(message);
  });

  test("are all in the help", () => {
    const options = [
      "nets",
      "modes",
      "target",
      "threads",
      "repeats",
      "peers",
      "pictures",
      "style-steps",
      "python",
      "profile",
      "json",
    ];
    for (const option of [...options, "write"]) expect(help).toContain(`--${option} `);
    expect(parseOptions(["--help"])).toBe("help");
  });
});
